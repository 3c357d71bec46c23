"""More files in the manner of offices, banks, shops and instruments, with invented figures; what silver says of them.

For tests of `warehouse source add`: each is one trap, or several. What cannot be added is in REFUSED.
"""

# ruff: noqa: E501  # a line is as long as that of its file

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final


@dataclass(frozen=True)
class Published:
    """A file, what `source add` says of it, and what silver says: `query` over `silver.p_<name>`, `said` its rows.

    `kept_out` counts the records that quarantine has of it, `encoding` None is for bytes.
    """

    name: str
    file: str
    text: str
    query: str
    said: list[tuple[Any, ...]]
    found: tuple[str, ...] = ()
    encoding: str = "utf-8"
    options: tuple[str, ...] = ()
    kept_out: int = 0


@dataclass(frozen=True)
class Refused:
    """A file that is not added, and the words of the one line that says why and what next."""

    file: str
    data: bytes
    words: tuple[str, ...]


def _day(column: str) -> str:
    return f"CONVERT(nvarchar(10), {column}, 23)"


PUBLISHED: Final = (
    Published(
        "units",
        "air.csv",
        "Air quality\nHourly means,,,,\n\nStation,Measured at,NO2,PM10,Temp\n,,µg/m³,µg/m³,°C\nDE1,2024-01-01 00:00,12.5,22,-1.5\nDE1,2024-01-01 01:00,11.0,,-1.7\nDE2,2024-01-01 00:00,8,15,0.2\nDE2,2024-01-01 01:00,9,n/a,0.1\n",
        "SELECT COUNT(*) AS n, SUM(no2_micro_g_m3) AS a, SUM(pm10_micro_g_m3) AS b, SUM(temp_deg_c) AS c, MAX(CONVERT(nvarchar(16), measured_at, 120)) AS d FROM silver.p_units",
        [(4, "40.5000", 37, "-2.9000", "2024-01-01 01:00")],
        ("2 lines, read as one",),
    ),
    Published(
        "groups",
        "population.csv",
        ',Male,,,Female,,\nAge group,2021,2022,2023,2021,2022,2023\n0-4,"1,204","1,190","1,188","1,150","1,101","1,099"\n5-9,"1,304","1,290","1,288","1,250","1,201","1,199"\n10-14,"1,404","1,390","1,388","1,350","1,301","1,299"\n',
        "SELECT age_group, male_2021, female_2023 FROM silver.p_groups ORDER BY male_2021",
        [("0-4", 1204, 1099), ("5-9", 1304, 1199), ("10-14", 1404, 1299)],
        ("2 lines, read as one", "male_2021 and 5 more: ',' in '1,204' is taken for a mark of thousands"),
    ),
    Published(
        "notes",
        "waste.csv",
        'Table 12: Waste collected\n,,,\nBorough,Tonnes,Recycled (%),Change on year\nAshfield,"12,004",41.2%,+1.2\nBirchwood(1),"9,812",38.9%,-0.4\nCedar Hill,"22,450",..,-\nDunmore,"3,002",55.0%,2.0\nTotal,"47,268",42.1%,\n,,,\n(1) Includes Birchwood North.\n.. not available\nSource: Department of Waste\n',
        "SELECT COUNT(*) AS n, SUM(tonnes) AS t, SUM(recycled_percent) AS r, SUM(change_on_year) AS c FROM silver.p_notes",
        [(4, 47268, "1.35100000", "2.8000")],
        ("footer    5 lines", "'-', '..'"),
    ),
    Published(
        "german",
        "Umsätze 2024.csv",
        "Datum;Filiale;PLZ;Umsatz;Menge;Rabatt\n01.02.2024;Köln;01067;1.234,56;12;5,0 %\n02.02.2024;Köln;50667;12.234,56;1.012;10,0 %\n03.02.2024;Lübeck;23552;-34,56;3;0,0 %\n29.02.2024;Lübeck;23552;0,99;1;2,5 %\n",
        f"SELECT COUNT(*) AS n, MIN(plz) AS p, SUM(umsatz) AS u, SUM(menge) AS m, SUM(rabatt) AS r, {_day('MIN(datum)')} AS d FROM silver.p_german",
        [(4, "01067", "13435.5500", 1028, "0.17500000", "2024-02-01")],
        ("windows-1252", "a word of it: 'Köln'"),
        "cp1252",
    ),
    Published(
        "french",
        "operations.csv",
        "Date;Libellé;Montant;Taux\r\n13/05/2021;Électricité;1\u00a0234,56 €;5,5 %\r\n14/05/2021;Eau;-12,00 €;10 %\r\n02/06/2021;Loyer;12\u202f345,00 €;20 %\r\n",
        f"SELECT SUM(montant) AS m, SUM(taux) AS t, {_day('MAX(on_date)')} AS d FROM silver.p_french",
        [("13567.5600", "0.35500000", "2021-06-02")],
        ("number, €, decimal comma",),
    ),
    Published(
        "swiss",
        "konto.csv",
        "Valuta,Text,Belastung,Gutschrift\n03.04.2024,Miete,CHF 1'234.50,\n04.04.2024,Lohn,,CHF 6'500.00\n05.04.2024,Laden,CHF 84.20,\n",
        f"SELECT SUM(belastung) AS b, SUM(gutschrift) AS g, {_day('MIN(valuta)')} AS d FROM silver.p_swiss",
        [("1318.7000", "6500.0000", "2024-04-03")],
        ("number, CHF", "--dates mdy reads it otherwise"),
    ),
    Published(
        "ledger",
        "Trial Balance.csv",
        'Account No.,Account Name,Opening,Movement,Closing,Share\n1000,Cash,"1,200.00",(123.45),"1,076.55",12%\n1100,Receivables,500.00,12.00-,488.00,7.5%\n2000,Payables,(800.00),-,(800.00),-3%\n3000,Equity,0,"2,000,000.00","2,000,000.00",0%\n',
        "SELECT SUM(opening) AS o, SUM(movement) AS m, COUNT(movement) AS n, SUM(closing) AS c, SUM(share) AS s FROM silver.p_ledger",
        [("900.0000", "1999864.5500", 3, "2000764.5500", "0.16500000")],
        ("account_no",),
    ),
    Published(
        "twice",
        "bookings.csv",
        "ref,booked,n\nA1,06-05-21,1\nA2,07-05-21,2\nA3,08-06-21,3\n",
        f"SELECT ref, {_day('booked')} AS d FROM silver.p_twice ORDER BY ref",
        [("A1", "2021-06-05"), ("A2", "2021-07-05"), ("A3", "2021-08-06")],
        ("MM-dd-yy",),
        options=("--dates", "mdy"),
    ),
    Published(
        "yearfirst",
        "log.csv",
        "ref,seen\nA1,21-05-06\nA2,21-05-17\nA3,21-06-30\n",
        f"SELECT ref, {_day('seen')} AS d FROM silver.p_yearfirst ORDER BY ref",
        [("A1", "2021-05-06"), ("A2", "2021-05-17"), ("A3", "2021-06-30")],
        ("date yy-MM-dd",),
    ),
    Published(
        "packed",
        "readings.csv",
        "id,day,month,qty\n1,20210506,2021-05,2\n2,20210507,2021-05,3\n3,20211231,2021-12,4\n",
        f"SELECT {_day('on_day')} AS d, month_text FROM silver.p_packed WHERE id = 3",
        [("2021-12-31", "2021-12")],
        ("yyyyMMdd",),
    ),
    Published(
        "named",
        "articles.csv",
        'Title,Published,Seen\nAlpha,"May 6, 2021",6. Mai 2021\nBeta,"June 16, 2021",16. Juni 2021\nGamma,"December 1, 2021",1. Dezember 2021\n',
        f"SELECT title, {_day('published')} AS p, seen FROM silver.p_named ORDER BY title",
        [
            ("Alpha", "2021-05-06", "6. Mai 2021"),
            ("Beta", "2021-06-16", "16. Juni 2021"),
            ("Gamma", "2021-12-01", "1. Dezember 2021"),
        ],
        ("MMM dd, yyyy",),
    ),
    Published(
        "serials",
        "orders from excel.csv",
        "id,Order Date,Amount\n1,44322,10.5\n2,44323,11.5\n3,44561.5,12\n",
        "SELECT SUM(order_date_given) AS d, SUM(amount) AS a FROM silver.p_serials",
        [("133206.5000", "34.0000")],
        ("may be the days of Excel",),
    ),
    Published(
        "times",
        "flights.csv",
        "flight,dep,on\nLH1,14:30,5/6/2021 2:30 PM\nLH2,06:05,5/7/2021 12:05 AM\nLH3,23:59,5/31/2021 11:59 pm\n",
        "SELECT dep, CONVERT(nvarchar(16), on_on, 120) AS o FROM silver.p_times ORDER BY flight",
        [("14:30", "2021-05-06 14:30"), ("06:05", "2021-05-07 00:05"), ("23:59", "2021-05-31 23:59")],
        ("MM/dd/yyyy hh:mm a",),
    ),
    Published(
        "zones",
        "events.csv",
        "id,at,local\n1,2021-05-06T10:00:00+02:00,2021-05-06 10:00:00.123456 UTC\n2,2021-05-06T23:30:00-05:00,2021-05-07 04:30:00.5 UTC\n3,2021-12-31T23:59:59.999Z,2021-12-31 23:59:59 UTC\n",
        "SELECT CONVERT(nvarchar(23), [at], 121) AS a, CONVERT(nvarchar(23), local, 121) AS l FROM silver.p_zones ORDER BY id",
        [
            ("2021-05-06 08:00:00.000", "2021-05-06 10:00:00.123"),
            ("2021-05-07 04:30:00.000", "2021-05-07 04:30:00.500"),
            ("2021-12-31 23:59:59.999", "2021-12-31 23:59:59.000"),
        ],
    ),
    Published(
        "flags",
        "members.csv",
        "id,Active,Paid,Member,Checked,Sex\n1,TRUE,Y,Yes,x,F\n2,FALSE,N,no,,F\n3,TRUE,,Yes,X,F\n",
        "SELECT active, paid, member, checked, sex FROM silver.p_flags ORDER BY id",
        [
            (True, True, True, "x", "F"),
            (False, False, False, None, "F"),
            (True, None, True, "X", "F"),
        ],
    ),
    Published(
        "blanks",
        "stock.csv",
        "name;qty;price;;;\n;;;;;\napple;1;2,50;;;\npear;2;3,75;;;\n;;;;;\nplum;3;1,00;;;\n;;;;;\n;;;;;\n",
        "SELECT COUNT(*) AS n, SUM(qty) AS q, SUM(price) AS p, MAX(line_number) AS l FROM silver.p_blanks",
        [(3, 6, "7.2500", 6)],
        ("left out  column 4, column 5, column 6",),
    ),
    Published(
        "names",
        "awkward.csv",
        ',select,Order,order,"Col [1]","He said ""x""",😀,1st Place,%s,a very long name of a column that goes on and on and on and on until it has more than one hundred and twenty-eight characters in it for sure,file_id,row_hash,Group By,"line\nbreak",Ünïcödé\n1,a,b,c,d,e,f,g,h,i,j,k,l,m,n\n2,a2,b,c,d,e,f,g,h,i,j,k,l,m,n\n',
        "SELECT select_text, order_text_2, col_1, he_said_x, column_7, n_1st_place, source_row_hash, line_break, uenicoede FROM silver.p_names WHERE column_1 = 2",
        [("a2", "c", "d", "e", "f", "g", "k", "m", "n")],
    ),
    Published(
        "mac",
        "old mac.csv",
        "id,name,n\r1,a,10\r2,b,20\r3,c,30\r",
        "SELECT COUNT(*) AS n, SUM(n) AS s FROM silver.p_mac",
        [(3, 60)],
        ("lines end with CR",),
    ),
    Published(
        "mixed",
        "UPPER.CSV",
        'id,name,n\r\n1,a,10\n2,b,20\r\n3,"c\nd",30\n',
        "SELECT name, n FROM silver.p_mixed WHERE id = 3",
        [("c\nd", 30)],
    ),
    Published(
        "sixteen",
        "miasta.csv",
        "id;miasto;n\r\n1;Łódź;1,5\r\n2;Kraków;2,5\r\n",
        "SELECT miasto, n FROM silver.p_sixteen ORDER BY id",
        [("Łódź", "1.5000"), ("Kraków", "2.5000")],
        ("utf-16",),
        "utf-16-le",
    ),
    Published(
        "polish",
        "gminy.csv",
        "kod;nazwa;n\n01;Łódź;1,5\n02;Kraków;2,5\n",
        "SELECT kod, nazwa, n FROM silver.p_polish ORDER BY kod",
        [("01", "Łódź", "1.5000"), ("02", "Kraków", "2.5000")],
        ("windows-1250",),
        "cp1250",
        ("--encoding", "windows-1250"),
    ),
    Published(
        "quoted",
        "export.csv",
        '"id","name","zip","amount"\n"1","O\'Neil","01234","1,000.50"\n"2","Say ""hi""","00501","2.00"\n"3","","99999",""\n',
        "SELECT name, zip, amount FROM silver.p_quoted ORDER BY id",
        [("O'Neil", "01234", "1000.5000"), ('Say "hi"', "00501", "2.0000"), (None, "99999", None)],
    ),
    Published(
        "escaped",
        "dump.csv",
        'id,name,n\n1,"He said \\"hi, all\\"",1\n2,"plain",2\n3,"a\\\\b",3\n',
        "SELECT name, n FROM silver.p_escaped ORDER BY id",
        [('He said "hi, all"', 1), ("plain", 2), ("a\\b", 3)],
        ("have a backslash before them",),
    ),
    Published(
        "spaced",
        "spaced.csv",
        'id, name, "quoted field", n\n1, Ann, "x, y", 3\n2, Bo, "z", 4\n',
        "SELECT name, quoted_field, n FROM silver.p_spaced ORDER BY id",
        [("Ann", "x, y", 3), ("Bo", "z", 4)],
        ("may have blanks before them",),
    ),
    Published(
        "unquoted",
        "titles.tsv",
        'id\ttitle\tyear\n1\t5" pipe\t1999\n2\tThe "Best\t2001\n3\tPlain\t2003\n',
        "SELECT title, year_number FROM silver.p_unquoted ORDER BY id",
        [('5" pipe', 1999), ('The "Best', 2001), ("Plain", 2003)],
        ("quotes    stand for themselves",),
    ),
    Published(
        "single_quotes",
        "apostrophes.csv",
        "'id','name','n'\n'1','a, b','1.5'\n'2','c','2.5'\n",
        "SELECT name, n FROM silver.p_single_quotes ORDER BY id",
        [("a, b", "1.5000"), ("c", "2.5000")],
        ("quotes    are '",),
    ),
    Published(
        "lines",
        "comments.csv",
        'id,comment,score\n1,"line one\nline two",5\n2,"with, comma",4\n3,"tab\there\r\nand more",3\n',
        "SELECT comment, score, line_number FROM silver.p_lines ORDER BY id",
        [("line one\nline two", 5, 2), ("with, comma", 4, 4), ("tab\there\nand more", 3, 5)],
    ),
    Published(
        "ids",
        "parcels.csv",
        "order id,tracking,zip,ean,big\n1,00012345678901234567,10115,4006381333931,12345678901234567890\n2,00012345678901234568,10001,4006381333948,12345678901234567891\n3,00012345678901234569,90210,0036000291452,12345678901234567892\n",
        "SELECT tracking, zip, ean, big FROM silver.p_ids WHERE order_id = 3",
        [("00012345678901234569", "90210", "0036000291452", "12345678901234567892")],
        ("zip", "text"),
    ),
    Published(
        "nulls",
        "missing.csv",
        "id,a,b,c,d,e\n1,1.5,N/A,-,null,#N/A\n2,NaN,2,3,4,5\n3,..,n/a,7,8,9\n4,2.5,4,-,NULL,#N/A\n",
        "SELECT SUM(a) AS a, SUM(b) AS b, SUM(c) AS c, SUM(d) AS d, SUM(e) AS e, COUNT(a) AS n FROM silver.p_nulls",
        [("4.0000", 6, 10, 12, 14, 2)],
        ("'-', '..', 'NaN', '#N/A'",),
    ),
    Published(
        "one_column",
        "addresses.csv",
        "email\na@example.com\nb@example.com\nc@example.com\n",
        "SELECT COUNT(*) AS n, MAX(email) AS e FROM silver.p_one_column",
        [(3, "c@example.com")],
    ),
    Published(
        "no_header",
        "measured.data",
        "5.1,3.5,1.4,0.2,setosa\n4.9,3.0,1.4,0.2,setosa\n7.0,3.2,4.7,1.4,versicolor\n7.0,3.2,4.7,1.4,versicolor\n",
        "SELECT COUNT(*) AS n, SUM(length) AS l, MAX(species) AS s, MIN(line_number) AS f FROM silver.p_no_header",
        [(4, "24.0000", "versicolor", 2)],
        ("header    none",),
        options=("--names", "length,width,petal_length,petal_width,species"),
    ),
    Published(
        "weeks",
        "weekly.csv",
        "Region,1,2,3\nNorth,10,20,30\nSouth,11,21,31\nWest,12,22,32\n",
        "SELECT SUM(n_1) AS a, SUM(n_3) AS c FROM silver.p_weeks",
        [(33, 93)],
        options=("--header", "1"),
    ),
    Published(
        "all_text",
        "cities.csv",
        "city,country,mayor\nParis,France,Ann\nBerlin,Germany,Bo\nRome,Italy,Cy\n",
        "SELECT COUNT(*) AS n, MIN(mayor) AS m FROM silver.p_all_text",
        [(3, "Ann")],
    ),
    Published(
        "single",
        "one.csv",
        "id,name,born\n1,Ann,1990-02-03\n",
        f"SELECT id, name, {_day('born')} AS b FROM silver.p_single",
        [(1, "Ann", "1990-02-03")],
    ),
    Published(
        "survey",
        "survey.csv",
        "\n".join(
            [
                ",".join(
                    [
                        "ResponseId",
                        *(
                            f"Q{i}. How satisfied are you with item {i} of what we offer?"
                            for i in range(1, 281)
                        ),
                    ]
                ),
                *(
                    ",".join(
                        [
                            f"R_{r}",
                            *(str((r * i) % 5 + 1) if i % 9 else "Strongly agree" for i in range(1, 281)),
                        ]
                    )
                    for r in range(1, 4)
                ),
            ]
        )
        + "\n",
        "SELECT response_id, q1_how_satisfied_are_you_with, q279_how_satisfied_are_you, line_number FROM silver.p_survey ORDER BY line_number",
        [("R_1", 2, "Strongly agree", 2), ("R_2", 3, "Strongly agree", 3), ("R_3", 4, "Strongly agree", 4)],
    ),
    Published(
        "huge",
        "documents.csv",
        f"id,body\n1,short\n2,{'x' * 9000}\n3,other\n",
        "SELECT COUNT(*) AS n, SUM(id) AS s FROM silver.p_huge",
        [(2, 4)],
        ("over 4,000 characters will be in quarantine",),
        kept_out=1,
    ),
    Published(
        "geo",
        "places.csv",
        "name,lat,lon,wkt,phone,apos,html\nA,52.5200066,13.4049540,POINT (13.4 52.5),+49 30 123456,'00123,Tom &amp; Jerry\nB,-33.8688197,151.2092955,POINT (151.2 -33.8),+1 (555) 010-9999,'=1+1,<b>x</b>\nC,40.712776,-74.005974,POINT (-74 40.7),0301234567,'x,&#8364; 5\n",
        "SELECT lat, lon, phone, apos, html FROM silver.p_geo WHERE name = N'A'",
        [("52.520006600000", "13.404954000000", "+49 30 123456", "'00123", "Tom &amp; Jerry")],
    ),
    Published(
        "sums",
        "report.csv",
        "Region,City,Sales\nNorth,A,10\nNorth,B,20\nNorth Total,,30\nSouth,C,5\nSouth,D,6\nSouth Total,,11\nGrand Total,,41\n",
        "SELECT COUNT(*) AS n, SUM(sales) AS s FROM silver.p_sums",
        [(6, 82)],
        ("2 records may be sums of others, such as 'North Total'",),
    ),
    Published(
        "ragged",
        "ragged.csv",
        "id,name,n\n1,a,1\n2,b\n3,c,3,extra\n# a remark\n4,d,4\n5,e,5\n6,f,6\n",
        "SELECT COUNT(*) AS n, SUM(id) AS i, SUM(n) AS s FROM silver.p_ragged",
        [(4, 16, 16)],
        ("3 records have not 3 fields",),
        kept_out=3,
    ),
    Published(
        "pipes",
        "pipes.txt",
        "ID|NAME|AMOUNT|DATE\n1|A, B|1,234.50|05/06/2021\n2|C; D|2.00|12/31/2021\n3|E|3.25|01/02/2022\n",
        f"SELECT name, amount, {_day('on_date')} AS d FROM silver.p_pipes ORDER BY id",
        [
            ("A, B", "1234.5000", "2021-05-06"),
            ("C; D", "2.0000", "2021-12-31"),
            ("E", "3.2500", "2022-01-02"),
        ],
        ("MM/dd/yyyy",),
    ),
    Published(
        "currencies",
        "prices.csv",
        "id,price,day\n1,$10.00,2021-05-06\n2,€12.50,05/06/2021\n3,£9.99,6 May 2021\n",
        "SELECT price, day_text FROM silver.p_currencies ORDER BY id",
        [("$10.00", "2021-05-06"), ("€12.50", "05/06/2021"), ("£9.99", "6 May 2021")],
        ("amounts in several currencies", "dates in several orders"),
    ),
    Published(
        "pivot",
        "pivot.csv",
        "Row Labels,Sum of Amount,Count of Id\nA,10.5,2\nB,20.25,3\nGrand Total,30.75,5\n",
        "SELECT SUM(sum_of_amount) AS s, SUM(count_of_id) AS c FROM silver.p_pivot",
        [("30.7500", 5)],
        ("key       row_labels",),
    ),
    Published(
        "frame",
        "frame.csv.gz",
        ",name,score\n0,a,1.5\n1,b,2.5\n2,c,3.5\n",
        "SELECT SUM(column_1) AS i, SUM(score) AS s FROM silver.p_frame",
        [(3, "7.5000")],
        ("key       none",),
    ),
    Published(
        "science",
        "samples.csv",
        "sample,value,error\ns1,1.5E+03,2.1e-05\ns2,2.50E-01,3e-6\ns3,-3,4.5e-05\ns4,NaN,\n",
        "SELECT CONVERT(decimal(19, 4), SUM(value_number)) AS v, CONVERT(decimal(19, 7), SUM(error)) AS e FROM silver.p_science",
        [("1497.2500", "0.0000690")],
        ("sample",),
    ),
    Published(
        "between",
        "camt.csv",
        "Buchungstag;Buchungstext;Betrag;Saldo;IBAN\n01.03.2024;SEPA-Gutschrift;1.250,00;5.250,00;DE89370400440532013000\n01.03.2024;Kartenzahlung;-12,34;5.237,66;DE89370400440532013000\nTagessaldo 01.03.2024;;;5.237,66;\n02.03.2024;Lastschrift;-99,99;5.137,67;GB29NWBK60161331926819\nTagessaldo 02.03.2024;;;5.137,67;\n",
        f"SELECT {_day('MAX(buchungstag)')} AS d, SUM(betrag) AS b, MAX(iban) AS i, COUNT(*) AS n FROM silver.p_between",
        [("2024-03-02", "1137.6700", "GB29NWBK60161331926819", 3)],
        ("2 records such as 'Tagessaldo 01.03.2024' have not the values of the others",),
        kept_out=2,
    ),
    Published(
        "bare",
        "kunden.csv",
        '"Id";"Kunde";"Kunde Text";"Raw";"Gewicht";"Version";"Eintritt";"Info"\r\n"0001";"Müller ""und"" Söhne";"a";"1";"1.234,5 kg";"1.10";"1. März 2010";"{""a"": ""x;y""}"\r\n"0002";"A;B";"b";"2";"0,4 kg";"1.9";"15. Mai 2011";"👍🏽 محمد"\r\n"0003";"";"";"";"";"";"";""\r\n',
        "SELECT id, kunde, kunde_text, raw, gewicht, version, info FROM silver.p_bare ORDER BY id",
        [
            ("0001", 'Müller "und" Söhne', "a", 1, "1234.5000", "1.10", '{"a": "x;y"}'),
            ("0002", "A;B", "b", 2, "0.4000", "1.9", "👍🏽 محمد"),
            ("0003", None, None, None, None, None, None),
        ],
        ("number, kg, decimal comma", "eintritt: dates whose months have no English names"),
    ),
    Published(
        "views",
        "Pages.csv",
        '# ------\n# All pages\n# 20240301-20240331\n# ------\n\nPage,Pageviews,Avg. Time on Page,Bounce Rate,Exit Date\n/,"1,234",0:01:02,45.50%,3/1/24\n/shop,512,0:00:33,12.00%,3/2/24\n/a?b=1,3,12:02:33,0.00%,3/31/49\n,"1,749",0:00:50,30.00%,\n',
        "SELECT SUM(pageviews) AS p FROM silver.p_views",
        [(3498,)],
        (
            "5 lines above the header",
            "avg_time_on_page: times of day or durations, such as '0:01:02'; they are kept as text",
            "the last record may be the sum of the others: pageviews adds up to it",
            "years of two digits lie in 1950 to 2049, so '3/31/49' is 2049-03-31",
        ),
    ),
    Published(
        "below_limit",
        "lab.csv",
        "sample,result,note\nProbe A,1.5,x\nProbe B,n.d.,\nProbe C,2.5,y\nProbe D,n.d.,\nProbe E,3,z\n",
        "SELECT COUNT(result) AS n FROM silver.p_below_limit",
        [(5,)],
        ("result  result       text ",),
    ),
    Published(
        "zoned",
        "shifts.csv",
        "id,start,qty,\n1,2024-03-01 10:15:00 CET,1,\n2,2024-07-01 10:15:00 CEST,2,\n",
        "SELECT SUM(qty) AS q FROM silver.p_zoned",
        [(3,)],
        ("start: times with the name of a zone", "left out"),
    ),
)

_READ_ONLY: Final = frozenset(
    "packed named serials times flags weeks all_text single survey sums currencies pivot frame views zoned below_limit".split()
)
LOADED: Final = tuple(one for one in PUBLISHED if one.name not in _READ_ONLY)
"""Those that go all the way to silver; of the others it is enough to see what is found in them."""

REFUSED: Final = (
    Refused("empty.csv", b"", ("is empty",)),
    Refused("nothing.csv", b"\n\n\n", ("is empty",)),
    Refused("header.csv", b"id,name,amount\n", ("has a header and no records",)),
    Refused("iris.csv", b"5.1,3.5,a\n4.9,3.0,a\n7.0,3.2,b\n", ("has no header", "--header none")),
    Refused(
        "two.csv",
        b"Branch,Q1,Q2\nNorth,100,200\nSouth,110,210\n\nProduct,Units,Price\nApples,5,1.20\nPears,6,1.30\n",
        ("holds a second table, whose header is line 5", "make a file of each"),
    ),
    Refused("array.json", b'[{"a": 1}, {"a": 2}]\n', ("is JSON", ".jsonl")),
    Refused("page.csv", b"<!DOCTYPE html>\n<html><body>Not, found</body></html>\n", ("is HTML or XML",)),
    Refused("feed.csv", b'<?xml version="1.0"?>\n<rows><row a="1"/></rows>\n', ("is HTML or XML",)),
    Refused("table.xls", b"<html><table><tr><td>a</td></tr></table></html>", ("is HTML or XML",)),
    Refused("scan.csv", b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n", ("is a PDF",)),
    Refused("book.csv", b"PK\x03\x04" + bytes(40), ("is a workbook or an archive", ".xlsx")),
    Refused("packed.csv", b"\x1f\x8b\x08" + bytes(20), ("is packed by gzip", ".gz")),
    Refused("caret.csv", b"id^name^n\n1^a^2\n2^b^3\n", ("has '^' between its fields",)),
    Refused("noise.csv", bytes(range(128, 256)) * 20, ("is no text",)),
    Refused(
        "wide.csv",
        ",".join(f"v{i}" for i in range(1000)).encode() + b"\n" + b",".join([b"123456789"] * 1000) + b"\n",
        ("1,000 columns", "8,060 bytes"),
    ),
)
