"""Every error the engine raises, with SQL Server's number, severity and wording.

Source: Microsoft Learn, "Database Engine events and errors"; 50100 is ours and means "tsqld does not support
this", never "SQL Server would fail".
"""

from __future__ import annotations

from typing import Final

UNSUPPORTED: Final = 50100


class TsqlError(Exception):
    """An error as T-SQL sees it: number, severity, state, message, line and procedure.

    `line` is 0 until the runtime knows the statement it belongs to.
    """

    def __init__(
        self,
        number: int,
        message: str,
        *,
        severity: int = 16,
        state: int = 1,
        line: int = 0,
        procedure: str = "",
    ) -> None:
        super().__init__(message)
        self.number = number
        self.message = message
        self.severity = severity
        self.state = state
        self.line = line
        self.procedure = procedure
        self.causes: tuple[TsqlError, ...] = ()
        """Errors told to the client before this one."""
        self.raised = ""
        """THROW or RAISERROR, when T-SQL raised it itself."""
        self.uncatchable_in: object | None = None
        """The frame whose CATCH blocks never see it: an error of names or files in the scope that has it."""


# number: (severity, state, message with {} places in order)
MESSAGES: Final[dict[int, tuple[int, int, str]]] = {
    102: (15, 1, "Incorrect syntax near '{}'."),
    104: (
        15,
        1,
        "ORDER BY items must appear in the select list if the statement contains a UNION, INTERSECT"
        " or EXCEPT operator.",
    ),
    105: (15, 1, "Unclosed quotation mark after the character string '{}'."),
    107: (15, 1, "The column prefix '{}' does not match with a table name or alias name used in the query."),
    108: (
        15,
        1,
        "The ORDER BY position number {} is out of range of the number of items in the select list.",
    ),
    109: (
        15,
        1,
        "There are more columns in the INSERT statement than values specified in the VALUES clause."
        " The number of values in the VALUES clause must match the number of columns specified in "
        "the INSERT statement.",
    ),
    110: (
        15,
        1,
        "There are fewer columns in the INSERT statement than values specified in the VALUES "
        "clause. The number of values in the VALUES clause must match the number of columns "
        "specified in the INSERT statement.",
    ),
    111: (15, 1, "'{}' must be the first statement in a query batch."),
    113: (15, 1, "Missing end comment mark '*/'."),
    116: (
        16,
        1,
        "Only one expression can be specified in the select list when the subquery is not "
        "introduced with EXISTS.",
    ),
    119: (
        15,
        1,
        "Must pass parameter number {} and subsequent parameters as '@name = value'. After the form"
        " '@name = value' has been used, all subsequent parameters must be passed in the form "
        "'@name = value'.",
    ),
    120: (
        15,
        1,
        "The select list for the INSERT statement contains fewer items than the insert list. The "
        "number of SELECT values must match the number of INSERT columns.",
    ),
    121: (
        15,
        1,
        "The select list for the INSERT statement contains more items than the insert list. The "
        "number of SELECT values must match the number of INSERT columns.",
    ),
    127: (15, 1, "A TOP N or FETCH rowcount value may not be negative."),
    128: (
        15,
        1,
        'The name "{}" is not permitted in this context. Valid expressions are constants, constant '
        "expressions, and (in some contexts) variables. Column names are not permitted.",
    ),
    130: (
        15,
        1,
        "Cannot perform an aggregate function on an expression containing an aggregate or a subquery.",
    ),
    131: (
        15,
        2,
        "The size ({}) given to the column '{}' exceeds the maximum allowed for any data type ({}).",
    ),
    132: (
        15,
        1,
        "The label '{}' has already been declared. Label names must be unique within a query batch "
        "or stored procedure.",
    ),
    133: (15, 1, "A GOTO statement references the label '{}' but the label has not been declared."),
    134: (
        15,
        1,
        "The variable name '{}' has already been declared. Variable names must be unique within a "
        "query batch or stored procedure.",
    ),
    135: (15, 1, "Cannot use a BREAK statement outside the scope of a WHILE statement."),
    136: (15, 1, "Cannot use a CONTINUE statement outside the scope of a WHILE statement."),
    137: (15, 2, 'Must declare the scalar variable "{}".'),
    141: (
        15,
        1,
        "A SELECT statement that assigns a value to a variable must not be combined with data-"
        "retrieval operations.",
    ),
    144: (
        15,
        1,
        "Cannot use an aggregate or a subquery in an expression used for the group by list of a "
        "GROUP BY clause.",
    ),
    145: (15, 1, "ORDER BY items must appear in the select list if SELECT DISTINCT is specified."),
    147: (
        15,
        1,
        "An aggregate may not appear in the WHERE clause unless it is in a subquery contained in a "
        "HAVING clause or a select list, and the column being aggregated is an outer reference.",
    ),
    148: (15, 1, "Incorrect time syntax in time string '{}' used with WAITFOR {}."),
    156: (15, 1, "Incorrect syntax near the keyword '{}'."),
    157: (15, 1, "An aggregate may not appear in the set list of an UPDATE statement."),
    164: (
        15,
        1,
        "Each GROUP BY expression must contain at least one column that is not an outer reference.",
    ),
    169: (
        15,
        1,
        "A column has been specified more than once in the order by list. Columns in the order by "
        "list must be unique.",
    ),
    174: (15, 1, "The {} function requires {} argument(s)."),
    178: (15, 1, "A RETURN statement with a return value cannot be used in this context."),
    180: (15, 1, "There are too few arguments to the {} function."),
    189: (15, 1, "The {} function requires {} to {} arguments."),
    195: (15, 10, "'{}' is not a recognized {}."),
    201: (16, 4, "Procedure or function '{}' expects parameter '{}', which was not supplied."),
    203: (16, 2, "The name '{}' is not a valid identifier."),
    205: (
        16,
        1,
        "All queries combined using a UNION, INTERSECT or EXCEPT operator must have an equal number"
        " of expressions in their target lists.",
    ),
    206: (16, 2, "Operand type clash: {} is incompatible with {}"),
    207: (16, 1, "Invalid column name '{}'."),
    208: (16, 1, "Invalid object name '{}'."),
    209: (16, 1, "Ambiguous column name '{}'."),
    213: (16, 1, "Column name or number of supplied values does not match table definition."),
    214: (16, 2, "Procedure expects parameter '{}' of type '{}'."),
    217: (16, 1, "Maximum stored procedure, function, trigger, or view nesting level exceeded (limit 32)."),
    219: (16, 1, "The type '{}' already exists, or you do not have permission to create it."),
    220: (16, 2, "Arithmetic overflow error for data type {}, value = {}."),
    226: (16, 6, "{} statement not allowed within multi-statement transaction."),
    229: (14, 5, "The {} permission was denied on the object '{}', database '{}', schema '{}'."),
    230: (
        14,
        1,
        "The {} permission was denied on the column '{}' of the object '{}', database '{}', schema '{}'.",
    ),
    232: (16, 3, "Arithmetic overflow error for type {}, value = {}."),
    235: (16, 0, "Cannot convert a char value to money. The char value has incorrect syntax."),
    239: (16, 1, "Duplicate common table expression name '{}' was specified."),
    240: (
        16,
        1,
        'Types don\'t match between the anchor and the recursive part in column "{}" of recursive '
        'query "{}".',
    ),
    241: (16, 1, "Conversion failed when converting date and/or time from character string."),
    242: (16, 3, "The conversion of a {} data type to a {} data type resulted in an out-of-range value."),
    244: (
        16,
        1,
        "The conversion of the {} value '{}' overflowed an {} column. Use a larger integer column.",
    ),
    245: (16, 1, "Conversion failed when converting the {} value '{}' to data type {}."),
    246: (16, 1, 'No anchor member was specified for recursive query "{}".'),
    248: (16, 1, "The conversion of the {} value '{}' overflowed an int column."),
    252: (16, 1, "Recursive common table expression '{}' does not contain a top-level UNION ALL operator."),
    257: (
        16,
        3,
        "Implicit conversion from data type {} to {} is not allowed. Use the CONVERT function to "
        "run this query.",
    ),
    259: (16, 1, "Ad hoc updates to system catalogs are not allowed."),
    260: (
        16,
        1,
        "Disallowed implicit conversion from data type {} to data type {}, table '{}', column '{}'."
        " Use the CONVERT function to run this query.",
    ),
    263: (16, 1, "Must specify table to select from."),
    264: (
        16,
        1,
        "The column name '{}' is specified more than once in the SET clause or column list of an "
        "INSERT. A column cannot be assigned more than one value in the same clause. Modify the "
        "clause to make sure that a column is updated only once. If this statement updates or "
        "inserts columns into a view, column aliasing can conceal the duplication in your code.",
    ),
    266: (
        16,
        2,
        "Transaction count after EXECUTE indicates a mismatching number of BEGIN and COMMIT "
        "statements. Previous count = {}, current count = {}.",
    ),
    271: (
        16,
        1,
        'The column "{}" cannot be modified because it is either a computed column or is the result'
        " of a UNION operator.",
    ),
    272: (16, 1, "Cannot update a timestamp column."),
    273: (
        16,
        1,
        "Cannot insert an explicit value into a timestamp column. Use INSERT with a column list to "
        "exclude the timestamp column, or insert a DEFAULT into the timestamp column.",
    ),
    281: (16, 1, "{} is not a valid style number when converting from {} to a character string."),
    282: (
        10,
        1,
        "The '{}' procedure attempted to return a status of NULL, which is not allowed. A status of"
        " 0 will be returned instead.",
    ),
    286: (16, 1, "The logical tables INSERTED and DELETED cannot be updated."),
    289: (16, 1, "Cannot construct data type {}, some of the arguments have values which are not valid."),
    313: (16, 2, "An insufficient number of arguments were supplied for the procedure or function {}."),
    334: (
        16,
        1,
        "The target table '{}' of the DML statement cannot have any enabled triggers if the "
        "statement contains an OUTPUT clause without INTO clause.",
    ),
    352: (15, 1, 'The table-valued parameter "{}" must be declared with the READONLY option.'),
    402: (16, 1, "The data types {} and {} are incompatible in the {} operator."),
    408: (16, 1, "A constant expression was encountered in the ORDER BY list, position 1."),
    443: (16, 1, "Invalid use of a side-effecting operator '{}' within a function."),
    444: (16, 2, "Select statements included within a function cannot return data to a client."),
    447: (16, 0, "Expression type {} is invalid for COLLATE clause."),
    448: (16, 1, "Invalid collation '{}'."),
    455: (16, 2, "The last statement included within a function must be a return statement."),
    460: (
        16,
        1,
        "DISTINCT operator is not allowed in the recursive part of a recursive common table expression '{}'.",
    ),
    461: (
        16,
        1,
        "The TOP or OFFSET operator is not allowed in the recursive part of a recursive common "
        "table expression '{}'.",
    ),
    467: (
        16,
        1,
        "GROUP BY, HAVING, or aggregate functions are not allowed in the recursive part of a "
        "recursive common table expression '{}'.",
    ),
    468: (16, 9, 'Cannot resolve the collation conflict between "{}" and "{}" in the {} operation.'),
    498: (16, 1, "Invalid value in the TOP clause."),
    512: (
        16,
        1,
        "Subquery returned more than 1 value. This is not permitted when the subquery follows =, "
        "!=, <, <= , >, >= or when the subquery is used as an expression.",
    ),
    515: (
        16,
        2,
        "Cannot insert the value NULL into column '{}', table '{}'; column does not allow nulls. {} fails.",
    ),
    517: (16, 1, "Adding a value to a '{}' column caused an overflow."),
    529: (16, 2, "Explicit conversion from data type {} to {} is not allowed."),
    530: (
        16,
        1,
        "The statement terminated. The maximum recursion {} has been exhausted before statement completion.",
    ),
    535: (
        16,
        0,
        "The datediff function resulted in an overflow. The number of dateparts separating two "
        "date/time instances is too large. Try to use datediff with a less precise datepart.",
    ),
    536: (16, 1, "Invalid length parameter passed to the {} function."),
    537: (16, 3, "Invalid length parameter passed to the LEFT or SUBSTRING function."),
    544: (
        16,
        1,
        "Cannot insert explicit value for identity column in table '{}' when IDENTITY_INSERT is set to OFF.",
    ),
    545: (
        16,
        1,
        "Explicit value must be specified for identity column in table '{}' either when "
        "IDENTITY_INSERT is set to ON or when a replication user is inserting into a NOT FOR "
        "REPLICATION identity column.",
    ),
    547: (
        16,
        0,
        'The {} statement conflicted with the {} constraint "{}". The conflict occurred in database'
        ' "{}", table "{}"{}.',
    ),
    574: (16, 0, "{} statement cannot be used inside a user transaction."),
    628: (16, 0, "Cannot issue SAVE TRANSACTION when there is no active transaction."),
    911: (16, 1, "Database '{}' does not exist. Make sure that the name is entered correctly."),
    916: (
        14,
        2,
        'The server principal "{}" is not able to access the database "{}" under the current '
        "security context.",
    ),
    1007: (15, 1, "The number '{}' is out of the range for numeric representation (maximum precision 38)."),
    1010: (15, 1, "Invalid escape character '{}'."),
    1013: (
        16,
        1,
        'The objects "{}" and "{}" in the FROM clause have the same exposed names. Use correlation '
        "names to distinguish them.",
    ),
    1018: (
        15,
        1,
        "Incorrect syntax near '{}'. If this is intended as a part of a table hint, A WITH keyword "
        "and parenthesis are now required. See SQL Server Books Online for proper syntax.",
    ),
    1033: (
        15,
        1,
        "The ORDER BY clause is invalid in views, inline functions, derived tables, subqueries, and"
        " common table expressions, unless TOP, OFFSET or FOR XML is also specified.",
    ),
    1038: (
        15,
        4,
        "An object or column name is missing or empty. For SELECT INTO statements, verify each "
        'column has a name. For other statements, look for empty alias names. Aliases defined as ""'
        " or [] are not allowed. Change the alias to a valid name.",
    ),
    1048: (15, 1, "Conflicting cursor options {} and {}."),
    1062: (15, 1, "The TOP N WITH TIES clause is not allowed without a corresponding ORDER BY clause."),
    1087: (15, 2, 'Must declare the table variable "{}".'),
    1088: (16, 12, 'Cannot find the object "{}" because it does not exist or you do not have permissions.'),
    1205: (
        13,
        51,
        "Transaction (Process ID {}) was deadlocked on lock resources with another process and has "
        "been chosen as the deadlock victim. Rerun the transaction.",
    ),
    1222: (16, 51, "Lock request time out period exceeded."),
    1223: (
        16,
        1,
        "Cannot release the application lock (Database Principal: 'public', Resource: '{}') because"
        " it is not currently held.",
    ),
    1505: (
        16,
        1,
        "The CREATE UNIQUE INDEX statement terminated because a duplicate key was found for the "
        "object name '{}' and the index name '{}'. The duplicate key value is {}.",
    ),
    1750: (16, 0, "Could not create constraint or index. See previous errors."),
    1752: (16, 0, "Column '{}' in table '{}' is invalid for creating a default constraint."),
    1767: (16, 0, "Foreign key '{}' references invalid table '{}'."),
    1769: (16, 1, "Foreign key '{}' references invalid column '{}' in referencing table '{}'."),
    1773: (
        16,
        0,
        "Foreign key '{}' has implicit reference to object '{}' which does not have a primary key "
        "defined on it.",
    ),
    1776: (
        16,
        0,
        "There are no primary or candidate keys in the referenced table '{}' that match the "
        "referencing column list in the foreign key '{}'.",
    ),
    1779: (16, 0, "Table '{}' already has a primary key defined on it."),
    1781: (16, 1, "Column already has a DEFAULT bound to it."),
    1785: (
        16,
        0,
        "Introducing FOREIGN KEY constraint '{}' on table '{}' may cause cycles or multiple cascade"
        " paths. Specify ON DELETE NO ACTION or ON UPDATE NO ACTION, or modify other FOREIGN KEY "
        "constraints.",
    ),
    1801: (16, 3, "Database '{}' already exists. Choose a different database name."),
    1902: (
        16,
        3,
        "Cannot create more than one clustered index on table '{}'. Drop the existing clustered "
        "index '{}' before creating another.",
    ),
    1911: (16, 1, "Column name '{}' does not exist in the target table or view."),
    1913: (
        16,
        1,
        "The operation failed because an index or statistics with name '{}' already exists on table '{}'.",
    ),
    2501: (16, 45, 'Cannot find a table or object with the name "{}". Check the system catalog.'),
    2528: (
        0,
        1,
        "DBCC execution completed. If DBCC printed error messages, contact your system administrator.",
    ),
    2601: (
        14,
        1,
        "Cannot insert duplicate key row in object '{}' with unique index '{}'. The duplicate key "
        "value is {}.",
    ),
    2627: (
        14,
        1,
        "Violation of {} constraint '{}'. Cannot insert duplicate key in object '{}'. The duplicate"
        " key value is {}.",
    ),
    2628: (
        16,
        1,
        "String or binary data would be truncated in table '{}', column '{}'. Truncated value: '{}'.",
    ),
    2705: (
        16,
        3,
        "Column names in each table must be unique. Column name '{}' in table '{}' is specified "
        "more than once.",
    ),
    2714: (16, 6, "There is already an object named '{}' in the database."),
    2715: (16, 6, "Column, parameter, or variable #{}: Cannot find data type {}."),
    2716: (16, 1, "Column, parameter, or variable #{}: Cannot specify a column width on data type {}."),
    2717: (16, 2, "The size ({}) given to the {} '{}' exceeds the maximum allowed ({})."),
    2727: (11, 1, "Cannot find index '{}'."),
    2732: (
        16,
        1,
        "Error number {} is invalid. The number must be from 13000 through 2147483647 and it cannot"
        " be 50000.",
    ),
    2744: (
        16,
        2,
        "Multiple identity columns specified for table '{}'. Only one identity column per table is allowed.",
    ),
    2750: (
        16,
        1,
        "Column or parameter #{}: Specified column precision {} is greater than the maximum precision of {}.",
    ),
    2751: (
        16,
        1,
        "Column or parameter #{}: Specified column scale {} is greater than the specified precision of {}.",
    ),
    2759: (16, 0, "CREATE SCHEMA failed due to previous errors."),
    2760: (
        16,
        1,
        'The specified schema name "{}" either does not exist or you do not have permission to use it.',
    ),
    2766: (16, 1, "The definition for user-defined data type '{}' has changed."),
    2786: (
        16,
        1,
        "The data type of substitution parameter {} does not match the expected type of the format "
        "specification.",
    ),
    2809: (18, 1, "The request for {} '{}' failed because '{}' is a {} object."),
    2812: (16, 62, "Could not find stored procedure '{}'."),
    3609: (16, 1, "The transaction ended in the trigger. The batch has been aborted."),
    3621: (0, 0, "The statement has been terminated."),
    3701: (11, 5, "Cannot {} the {} '{}', because it does not exist or you do not have permission."),
    3702: (16, 4, 'Cannot drop database "{}" because it is currently in use.'),
    3705: (16, 1, "Cannot use DROP {} with '{}' because '{}' is a {}. Use DROP {}."),
    3723: (
        16,
        4,
        "An explicit DROP INDEX is not allowed on index '{}'. It is being used for {} constraint "
        "enforcement.",
    ),
    3725: (16, 1, "The constraint '{}' is being referenced by table '{}', foreign key constraint '{}'."),
    3726: (16, 1, "Could not drop object '{}' because it is referenced by a FOREIGN KEY constraint."),
    3727: (16, 0, "Could not drop constraint. See previous errors."),
    3728: (16, 1, "'{}' is not a constraint."),
    3729: (16, 1, "Cannot {} '{}' because it is being referenced by object '{}'."),
    3902: (16, 1, "The COMMIT TRANSACTION request has no corresponding BEGIN TRANSACTION."),
    3903: (16, 1, "The ROLLBACK TRANSACTION request has no corresponding BEGIN TRANSACTION."),
    3915: (16, 0, "Cannot use the ROLLBACK statement within an INSERT-EXEC statement."),
    3916: (
        16,
        0,
        "Cannot use the COMMIT statement within an INSERT-EXEC statement unless BEGIN TRANSACTION "
        "is used first.",
    ),
    3930: (
        16,
        1,
        "The current transaction cannot be committed and cannot support operations that write to "
        "the log file. Roll back the transaction.",
    ),
    3931: (
        16,
        1,
        "The current transaction cannot be committed and cannot be rolled back to a savepoint. Roll"
        " back the entire transaction.",
    ),
    3960: (
        16,
        2,
        "Snapshot isolation transaction aborted due to update conflict. You cannot use snapshot "
        "isolation to access table '{}' directly or indirectly in database '{}' to update, delete, "
        "or insert the row that has been modified or deleted by another transaction. Retry the "
        "transaction or change the isolation level for the update/delete statement.",
    ),
    3998: (
        16,
        1,
        "Uncommittable transaction is detected at the end of the batch. The transaction is rolled back.",
    ),
    4104: (16, 1, 'The multi-part identifier "{}" could not be bound.'),
    4108: (15, 1, "Windowed functions can only appear in the SELECT or ORDER BY clauses."),
    4109: (
        15,
        1,
        "Windowed functions cannot be used in the context of another windowed function or aggregate.",
    ),
    4112: (15, 1, "The function '{}' must have an OVER clause with ORDER BY."),
    4113: (
        16,
        1,
        "The function '{}' is not a valid windowing function, and cannot be used with the OVER clause.",
    ),
    4121: (
        16,
        1,
        'Cannot find either column "{}" or the user-defined function or aggregate "{}", or the name'
        " is ambiguous.",
    ),
    4127: (
        16,
        1,
        "At least one of the arguments to COALESCE must be an expression that is not the NULL constant.",
    ),
    4145: (
        15,
        1,
        "An expression of non-boolean type specified in a context where a condition is expected, near '{}'.",
    ),
    4194: (16, 1, "RANGE is only supported with UNBOUNDED and CURRENT ROW window frame delimiters."),
    4199: (16, 1, "Argument value 0 is invalid for argument 3 of generate_series function."),
    4405: (
        16,
        1,
        "View or function '{}' is not updatable because the modification affects multiple base tables.",
    ),
    4406: (
        16,
        1,
        "Update or insert of view or function '{}' failed because it contains a derived or constant field.",
    ),
    4511: (16, 1, "Create View or Function failed because no column name was specified for column {}."),
    4701: (16, 1, 'Cannot find the object "{}" because it does not exist or you do not have permissions.'),
    4712: (16, 1, "Cannot truncate table '{}' because it is being referenced by a FOREIGN KEY constraint."),
    4860: (16, 1, 'Cannot bulk load. The file "{}" does not exist or you don\'t have file access rights.'),
    4861: (
        16,
        1,
        'Cannot bulk load because the file "{}" could not be opened. Operating system error code {}.',
    ),
    4863: (16, 1, "Bulk load data conversion error (truncation) for row {}, column {} ({})."),
    4864: (
        16,
        1,
        "Bulk load data conversion error (type mismatch or invalid character for the specified "
        "codepage) for row {}, column {} ({}).",
    ),
    4865: (16, 1, "Cannot bulk load because the maximum number of errors ({}) was exceeded."),
    4866: (
        16,
        1,
        "The bulk load failed. The column is too long in the data file for row {}, column {}. "
        "Verify that the field terminator and row terminator are specified correctly.",
    ),
    4867: (16, 1, "Bulk load data conversion error (overflow) for row {}, column {} ({})."),
    4869: (
        16,
        1,
        "The bulk load failed. Unexpected NULL value in data file row {}, column {}. The "
        "destination column ({}) is defined as NOT NULL.",
    ),
    4879: (16, 1, "Bulk load failed due to invalid column value in CSV data file {} in row {}, column {}."),
    4901: (
        16,
        1,
        "ALTER TABLE only allows columns to be added that can contain nulls, or have a DEFAULT "
        "definition specified, or the column being added is an identity or timestamp column, or "
        "alternatively if none of the previous conditions are satisfied the table must be empty to "
        "allow addition of this column. Column '{}' cannot be added to non-empty table '{}' because"
        " it does not satisfy these conditions.",
    ),
    4902: (16, 1, 'Cannot find the object "{}" because it does not exist or you do not have permissions.'),
    4904: (
        16,
        1,
        "ALTER TABLE SWITCH statement failed. The specified partition of target table '{}' must be empty.",
    ),
    4905: (16, 1, "ALTER TABLE SWITCH statement failed. The target table '{}' must be empty."),
    4911: (
        16,
        2,
        "Cannot specify a partitioned table without partition number in ALTER TABLE SWITCH "
        "statement. The table '{}' is not partitioned.",
    ),
    4917: (16, 0, "Constraint '{}' does not exist."),
    4920: (16, 0, "ALTER TABLE failed because trigger '{}' on table '{}' does not exist."),
    4922: (16, 9, "ALTER TABLE {} {} failed because one or more objects access this column."),
    4924: (16, 1, "ALTER TABLE {} failed because column '{}' does not exist in table '{}'."),
    4943: (
        16,
        1,
        "ALTER TABLE SWITCH statement failed because table '{}' has different columns than table '{}'.",
    ),
    5074: (16, 1, "The {} '{}' is dependent on {} '{}'."),
    5308: (
        16,
        1,
        "Windowed functions, aggregates and NEXT VALUE FOR functions do not support integer indices"
        " as ORDER BY clause expressions.",
    ),
    5324: (
        15,
        1,
        "In a MERGE statement, a 'WHEN MATCHED' clause with a search condition cannot appear after "
        "a 'WHEN MATCHED' clause with no search condition.",
    ),
    5362: (15, 1, "Window '{}' is undefined."),
    6401: (16, 1, "Cannot roll back {}. No transaction or savepoint of that name was found."),
    6864: (16, 1, "Row tag omission (empty row tag name) cannot be used with attribute-centric FOR XML."),
    7301: (
        16,
        2,
        'Cannot obtain the required interface ("IID_IColumnsInfo") from OLE DB provider "BULK" for '
        'linked server "(null)".',
    ),
    7330: (16, 2, 'Cannot fetch a row from OLE DB provider "BULK" for linked server "(null)".'),
    7399: (
        16,
        1,
        'The OLE DB provider "BULK" for linked server "(null)" reported an error. The provider did '
        "not give any information about the error.",
    ),
    7707: (16, 1, "The associated partition function '{}' already exists in the database."),
    7711: (16, 1, "The object '{}' is not partitioned."),
    7715: (16, 1, "The specified partition range value could not be found."),
    7721: (
        16,
        1,
        "Duplicate range boundary values are not allowed in partition function boundary values "
        "list. The boundary value being added is already present: {}.",
    ),
    7722: (16, 2, "Invalid partition number {} specified."),
    7726: (16, 1, "Partition function '{}' does not exist."),
    7997: (16, 1, "'{}' does not contain an identity column."),
    8101: (
        16,
        1,
        "An explicit value for the identity column in table '{}' can only be specified when a "
        "column list is used and IDENTITY_INSERT is ON.",
    ),
    8102: (16, 1, "Cannot update identity column '{}'."),
    8106: (16, 1, "Table '{}' does not have the identity property. Cannot perform SET operation."),
    8107: (
        16,
        1,
        "IDENTITY_INSERT is already ON for table '{}'. Cannot perform SET operation for table '{}'.",
    ),
    8110: (16, 0, "Cannot add multiple PRIMARY KEY constraints to table '{}'."),
    8111: (16, 1, "Cannot define PRIMARY KEY constraint on nullable column in table '{}'."),
    8114: (16, 5, "Error converting data type {} to {}."),
    8115: (16, 2, "Arithmetic overflow error converting {} to data type {}."),
    8116: (16, 1, "Argument data type {} is invalid for argument {} of {} function."),
    8117: (16, 1, "Operand data type {} is invalid for {} operator."),
    8120: (
        16,
        1,
        "Column '{}' is invalid in the select list because it is not contained in either an "
        "aggregate function or the GROUP BY clause.",
    ),
    8121: (
        16,
        1,
        "Column '{}' is invalid in the HAVING clause because it is not contained in either an "
        "aggregate function or the GROUP BY clause.",
    ),
    8127: (
        16,
        1,
        'Column "{}" is invalid in the ORDER BY clause because it is not contained in either an '
        "aggregate function or the GROUP BY clause.",
    ),
    8133: (
        16,
        1,
        "At least one of the result expressions in a CASE specification must be an expression other"
        " than the NULL constant.",
    ),
    8134: (16, 1, "Divide by zero error encountered."),
    8143: (16, 1, "Parameter '{}' was supplied multiple times."),
    8144: (16, 2, "Procedure or function {} has too many arguments specified."),
    8145: (16, 2, "{} is not a parameter for procedure {}."),
    8146: (16, 2, "Procedure {} has no parameters and arguments were supplied."),
    8152: (16, 10, "String or binary data would be truncated."),
    8155: (16, 2, "No column name was specified for column {} of '{}'."),
    8156: (16, 1, "The column '{}' was specified multiple times for '{}'."),
    8158: (16, 1, "'{}' has more columns than were specified in the column list."),
    8159: (16, 1, "'{}' has fewer columns than were specified in the column list."),
    8161: (
        16,
        1,
        "Argument {} of the {} function does not match any of the expressions in the GROUP BY clause.",
    ),
    8162: (
        16,
        2,
        'The formal parameter "{}" was not declared as an OUTPUT parameter, but the actual '
        "parameter passed in requested output.",
    ),
    8167: (
        16,
        1,
        'The type of column "{}" conflicts with the type of other columns specified in the UNPIVOT list.',
    ),
    8169: (16, 2, "Conversion failed when converting from a character string to uniqueidentifier."),
    8170: (16, 2, "Insufficient result space to convert uniqueidentifier value to char."),
    8178: (16, 1, "The parameterized query '{}' expects the parameter '{}', which was not supplied."),
    8197: (16, 4, "The object '{}' does not exist or is invalid for this operation."),
    8672: (
        16,
        1,
        "The MERGE statement attempted to UPDATE or DELETE the same row more than once. This "
        "happens when a target row matches more than one source row. A MERGE statement cannot "
        "UPDATE/DELETE the same row of the target table multiple times. Refine the ON clause to "
        "ensure a target row matches at most one source row, or use the GROUP BY clause to group "
        "the source rows.",
    ),
    9819: (16, 1, "Conversion failed when converting the {} value to {}."),
    9829: (
        16,
        1,
        "STRING_AGG aggregation result exceeded the limit of 8000 bytes. Use LOB types to avoid "
        "result truncation.",
    ),
    10700: (16, 1, 'The table-valued parameter "{}" is READONLY and cannot be modified.'),
    10704: (
        15,
        1,
        "To rethrow an error, a THROW statement must be used inside a CATCH block. Insert the THROW"
        " statement inside a CATCH block, or add error parameters to the THROW statement.",
    ),
    10709: (16, 1, "The number of columns for each row in a table value constructor must be the same."),
    10713: (15, 1, "A MERGE statement must be terminated by a semi-colon (;)."),
    10714: (
        15,
        1,
        "An action of type '{}' cannot appear more than once in a '{}' clause of a MERGE statement.",
    ),
    10727: (
        15,
        1,
        "Multiple columns are specified in an aggregated expression containing an outer reference. "
        "If an expression being aggregated contains an outer reference, then that outer reference "
        "must be the only column referenced in the expression.",
    ),
    10738: (
        15,
        1,
        "The number of row value expressions in the INSERT statement exceeds the maximum allowed "
        "number of 1000 row values.",
    ),
    10741: (15, 2, "A TOP can not be used in the same query or sub-query as a OFFSET."),
    10742: (15, 1, "The offset specified in a OFFSET clause may not be negative."),
    10743: (15, 1, "The number of rows provided for a FETCH clause must be greater then zero."),
    10744: (15, 1, "The number of rows provided for a FETCH clause must be greater then zero."),
    10753: (15, 3, "The function '{}' must have an OVER clause."),
    10756: (15, 1, "Window frame with ROWS or RANGE must have an ORDER BY clause."),
    10759: (15, 1, "Use of DISTINCT is not allowed with the OVER clause."),
    11537: (
        16,
        1,
        "EXECUTE statement failed because its WITH RESULT SETS clause specified {} column(s) for "
        "result set number {}, but the statement sent {} column(s) at run time.",
    ),
    11705: (16, 1, "The object '{}' is not a sequence object."),
    11728: (
        16,
        1,
        "The sequence object '{}' has reached its minimum or maximum value. Restart the sequence "
        "object to allow new values to be generated.",
    ),
    13601: (
        16,
        1,
        "Property '{}' cannot be generated in JSON output due to a conflict with another column "
        "name or alias. Use different names and aliases for each column in SELECT list.",
    ),
    13605: (
        16,
        1,
        "Column expressions and data sources without names or aliases cannot be formatted as JSON "
        "text using FOR JSON clause. Add alias to the unnamed column or table.",
    ),
    13609: (16, 1, "JSON text is not properly formatted. Unexpected character is found."),
    13620: (16, 1, "ROOT option and WITHOUT_ARRAY_WRAPPER option cannot be used together in FOR JSON."),
    15007: (16, 1, "'{}' is not a valid login or you do not have permission."),
    15009: (16, 1, "The object '{}' does not exist in database '{}' or is invalid for this operation."),
    15023: (16, 1, "User, group, or role '{}' already exists in the current database."),
    15025: (16, 2, "The server principal '{}' already exists."),
    15135: (
        16,
        8,
        "Object is invalid. Extended properties are not permitted on '{}', or the object does not exist.",
    ),
    15144: (16, 1, "The role has members. It must be empty before it can be dropped."),
    15150: (16, 1, "Cannot {} the {} '{}'."),
    15151: (16, 1, "Cannot {} the {} '{}', because it does not exist or you do not have permission."),
    15217: (16, 1, "Property cannot be updated or deleted. Property '{}' does not exist for '{}'."),
    15225: (
        11,
        1,
        "No item by the name of '{}' could be found in the current database '{}', given that "
        "@itemtype was input as '{}'.",
    ),
    15233: (16, 1, "Property cannot be added. Property '{}' already exists for '{}'."),
    15248: (11, 1, "Either the parameter {} is ambiguous or the claimed @objtype ({}) is wrong."),
    15335: (
        11,
        1,
        "Error: The new name '{}' is already in use as a {} name and would cause a duplicate that "
        "is not permitted.",
    ),
    15664: (
        16,
        1,
        "Cannot set key '{}' in the session context. The key has been set as read_only for this session.",
    ),
    15666: (16, 1, "Cannot set value of the session context key: the parameter '{}' is not valid."),
    16202: (16, 1, "Keyword or statement option '{}' is not supported on the '{}' platform."),
    16901: (16, 1, "{}: This feature has not been implemented yet."),
    16905: (16, 1, "The cursor is already open."),
    16911: (16, 1, "{}: The fetch type {} cannot be used with forward only cursors."),
    16915: (16, 1, "A cursor with the name '{}' already exists."),
    16916: (16, 1, "A cursor with the name '{}' does not exist."),
    16917: (16, 2, "Cursor is not open."),
    16924: (
        16,
        1,
        "Cursorfetch: The number of variables declared in the INTO list must match that of selected columns.",
    ),
    16925: (16, 1, "The fetch type {} cannot be used with dynamic cursors."),
    16929: (16, 1, "The cursor is READ ONLY."),
    16931: (16, 1, "There are no rows in the current fetch buffer."),
    16933: (
        16,
        1,
        "The cursor does not include the table being modified or the table is not updatable through"
        " the cursor.",
    ),
    16947: (16, 1, "No rows were updated or deleted."),
    16950: (16, 2, "The variable '{}' does not currently have a cursor allocated to it."),
    18054: (
        16,
        1,
        "Error {}, severity {}, state {} was raised, but no message with that error number was "
        "found in sys.messages. If error is larger than 50000, make sure the user-defined message "
        "is added using sp_addmessage.",
    ),
    35100: (
        16,
        10,
        "Error number {} in the THROW statement is outside the valid range. Specify an error number"
        " in the valid range of 50000 to 2147483647.",
    ),
    UNSUPPORTED: (16, 1, "tsqld does not support {}."),
}


def error(number: int, *places: object, line: int = 0, state: int | None = None) -> TsqlError:
    """The registered error `number` with its message's places filled in."""
    severity, default_state, text = MESSAGES[number]
    return TsqlError(
        number,
        text.format(*places),
        severity=severity,
        state=default_state if state is None else state,
        line=line,
    )


def unsupported(construct: str, line: int = 0) -> TsqlError:
    """Refusal of a construct: number 50100, naming it and its line."""
    where = f" (line {line})" if line else ""
    return TsqlError(UNSUPPORTED, f"tsqld does not support {construct}{where}.", line=line)
