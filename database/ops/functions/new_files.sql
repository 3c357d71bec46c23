-- Of the files found in the landing folder, those that are not taken in yet: not known, known with other content, or
-- refused before. @files: [{"source": "shop", "entity": "orders", "path": "shop/orders/a.csv", "sha256": "…"}, …].
-- SELECT new_files.path FROM ops.new_files(N'[{"source": "shop", …}]') AS new_files;
CREATE OR ALTER FUNCTION ops.new_files (@files nvarchar(max))
RETURNS TABLE
AS
RETURN
SELECT found.path
FROM OPENJSON(@files) WITH (
    source_system nvarchar(20) '$.source',
    entity nvarchar(100) '$.entity',
    path nvarchar(1000) '$.path',
    sha256 varchar(64) '$.sha256'
) AS found
WHERE NOT EXISTS (
    SELECT 1
    FROM ops.files AS files
    WHERE files.source_system = found.source_system
        AND files.entity = found.entity
        AND files.path = found.path COLLATE Latin1_General_BIN2
        AND files.sha256 = found.sha256
        AND files.status IN (N'loaded', N'duplicate')
        AND NOT EXISTS (
            SELECT 1
            FROM ops.files AS later
            WHERE later.source_system = files.source_system
                AND later.entity = files.entity
                AND later.path = files.path
                AND later.file_id > files.file_id
        )
);
GO
