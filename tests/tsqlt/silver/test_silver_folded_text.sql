-- silver.folded_text and silver.folded_email: how customers are written to be compared.
EXEC tSQLt.NewTestClass @ClassName = N'test_silver_folded_text';
GO
CREATE PROCEDURE test_silver_folded_text.[test case, accents, punctuation and spaces do not count]
AS
DECLARE @actual nvarchar(400) = (
    SELECT STRING_AGG(CONCAT(N'<', texts.folded, N'>'), N'') WITHIN GROUP (ORDER BY given.number)
    FROM (
        VALUES
            (1, N'  José-María  O''Neill '),
            (2, N'MÜLLER'),
            (3, N'Mueller'),
            (4, N'Groß'),
            (5, N'12, Rue de l’Église'),
            (6, N' - ')
    ) AS given (number, text)
    CROSS APPLY silver.folded_text(given.text) AS texts
);
EXEC tSQLt.AssertEqualsString
    @Expected = N'<jose maria o neill><muller><muller><gross><12 ru de l eglise><>',
    @Actual = @actual;
GO
CREATE PROCEDURE test_silver_folded_text.[test a name in other letters is as it is written in Latin ones]
AS
DECLARE @different int = (
    SELECT COUNT(*)
    FROM (
        VALUES
            (N'Щербаков', N'Shcherbakov'), (N'Юлия Жукова', N'Yuliya Zhukova'), (N'Игорь Хохлов', N'Igor Khokhlov'),
            (N'Γιώργος Παπαδάκης', N'Giorgos Papadakis'), (N'Θεοχάρης', N'Theoharis'), (N'Đặng Nguyễn', N'Dang Nguyen'),
            (N'Țurcanu', N'Turcanu'), (N'Þórður Ægisson', N'Thordur Aegisson'), (N'Łukasz Żółć', N'Lukasz Zolc'),
            (N'Mu' + NCHAR(776) + N'ller', N'Müller'), (N'Jean' + NCHAR(160) + N'Paul', N'Jean Paul')
    ) AS names (written, latin)
    CROSS APPLY silver.folded_text(names.written) AS ones
    CROSS APPLY silver.folded_text(names.latin) AS others
    WHERE ones.folded <> others.folded
);
EXEC tSQLt.AssertEquals @Expected = 0, @Actual = @different;
GO
CREATE PROCEDURE test_silver_folded_text.[test tags do not count and dots do not at Google]
AS
DECLARE @actual nvarchar(400) = (
    SELECT STRING_AGG(addresses.folded, N' ') WITHIN GROUP (ORDER BY given.number)
    FROM (
        VALUES
            (1, N'Jo.Doe+news@GoogleMail.com'),
            (2, N'Jo.Doe+news@example.com'),
            (3, N'nobody')
    ) AS given (number, email)
    CROSS APPLY silver.folded_email(given.email) AS addresses
);
EXEC tSQLt.AssertEqualsString @Expected = N'jodoe@gmail.com jo.doe@example.com', @Actual = @actual;
GO
