"""Files as institutions, shops and banks publish them, with invented figures; what each is like, what it says.

For tests of `warehouse source add`. Each is delivered twice, the second time with a record changed and another.
"""

# ruff: noqa: E501  # a line is as long as that of its file

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final


@dataclass(frozen=True)
class Delivery:
    """A file, its second delivery, what it was called, and what silver says of it.

    `query` is a SELECT over `silver.t_<name>`; `said` its rows after the first delivery, `said_again` after both.
    `found` are words of what is shown on the screen.
    """

    name: str
    file: str
    text: str
    second: str
    query: str
    said: list[tuple[Any, ...]]
    said_again: list[tuple[Any, ...]]
    found: tuple[str, ...]
    encoding: str = "utf-8"
    options: tuple[str, ...] = ()


# A bank's export: Windows-1252, titles, dates and commas as in Germany, a sum below, no key, the same payment twice.
BANK: Final = Delivery(
    "bank",
    "umsatz.csv",
    """\
Kontoauszug;;;;;
Kontonummer:;DE00 1234 5678;;;;
Zeitraum:;01.03.2024 - 31.03.2024;;;;

Buchungstag;Valuta;Auftraggeber/Empfänger;Verwendungszweck;Betrag;Währung
01.03.2024;01.03.2024;Stadtwerke;Strom März;-84,50;EUR
04.03.2024;05.03.2024;Arbeitgeber GmbH;Gehalt;3.250,00;EUR
05.03.2024;05.03.2024;Bäckerei;Kartenzahlung;-4,20;EUR
05.03.2024;05.03.2024;Bäckerei;Kartenzahlung;-4,20;EUR
22.03.2024;22.03.2024;"Müller; Söhne";Rechnung 17;-1.249,99;EUR
;;;;;
Endsaldo;;;;1.907,11;EUR
""",
    """\
Kontoauszug;;;;;
Kontonummer:;DE00 1234 5678;;;;

Buchungstag;Valuta;Auftraggeber/Empfänger;Verwendungszweck;Betrag;Währung
05.03.2024;05.03.2024;Bäckerei;Kartenzahlung;-4,20;EUR
05.03.2024;05.03.2024;Bäckerei;Kartenzahlung;-4,20;EUR
22.03.2024;22.03.2024;"Müller; Söhne";Rechnung 17;-1.249,99;EUR
25.03.2024;25.03.2024;Kiosk;Zeitung;-2,80;EUR
Endsaldo;;;;1.904,31;EUR
""",
    "SELECT COUNT(*) AS n, SUM(betrag) AS s, MAX(line_number) AS l, MAX(auftraggeber_empfaenger) AS a FROM silver.t_bank",
    [(5, "1907.1100", 10, "Stadtwerke")],
    [(6, "1904.3100", 8, "Stadtwerke")],
    (
        "windows-1252, semicolon",
        "4 lines above the header",
        "decimal comma",
        "dd.MM.yyyy",
        "none: records are the same",
    ),
    encoding="cp1252",
)

# Excel: sep= line, title, two header lines with merged cells, dollar signs, blank columns, totals and a source below.
EXCEL: Final = Delivery(
    "excel",
    "Regional sales.csv",
    """\
sep=;
Regional sales report;;;;;;;
;;;;;;;
Region;;2023;;2024;;;
Name;Manager;Units;Revenue;Units;Revenue;;
North;Ann;1,200;$12,345.00;1,350;$14,000.50;;
South;Bo;980;$9,100.25;1,010;($800.00);;
East;;450;$4,000.00;;;;
West;Di;2,100;$20,450.75;2,050;$21,000.00;;
Total;;4,730;$45,896.00;4,410;$34,200.50;;
Source: finance department;;;;;;;
""",
    """\
sep=;
Regional sales report, corrected;;;;;;;
Region;;2023;;2024;;;
Name;Manager;Units;Revenue;Units;Revenue;;
East;Cy;455;$4,040.00;510;$5,000.00;;
Centre;Ed;1;$1.00;2;$2.00;;
Total;;456;$4,041.00;512;$5,002.00;;
""",
    "SELECT region_name, in_2023_units, in_2024_revenue FROM silver.t_excel ORDER BY region_name",
    [
        ("East", 450, None),
        ("North", 1200, "14000.5000"),
        ("South", 980, "-800.0000"),
        ("West", 2100, "21000.0000"),
    ],
    [
        ("Centre", 1, "2.0000"),
        ("East", 455, "5000.0000"),
        ("North", 1200, "14000.5000"),
        ("South", 980, "-800.0000"),
        ("West", 2100, "21000.0000"),
    ],
    (
        "3 lines above the header",
        "2 lines, read as one",
        "footer    2 lines",
        "number, $",
        "column 7, column 8",
    ),
)

# A development bank: four title lines, everything in quotes, a comma at the end of each line, years as columns.
WORLD: Final = Delivery(
    "world",
    "API_POP.csv",
    """\
"Data Source","Development indicators",

"Last Updated Date","2024-06-28",

"Country Name","Country Code","Indicator Name","Indicator Code","1960","1961","2023",
"Aland","AAA","Population, total","SP.POP","54608","55811","107359",
"Borduria","BBB","Population, total","SP.POP","","","2500000",
"Cagliostro","CCC","Population, total","SP.POP","130692579","134169237","750503764",
""",
    """\
"Data Source","Development indicators",

"Last Updated Date","2024-07-30",

"Country Name","Country Code","Indicator Name","Indicator Code","1960","1961","2023",
"Borduria","BBB","Population, total","SP.POP","1000000","","2500001",
"Drusselstein","DDD","Population, total","SP.POP","1","2","3",
""",
    "SELECT country_code, in_1960, in_2023, line_number FROM silver.t_world ORDER BY country_code",
    [("AAA", 54608, 107359, 6), ("BBB", None, 2500000, 7), ("CCC", 130692579, 750503764, 8)],
    [
        ("AAA", 54608, 107359, 6),
        ("BBB", 1000000, 2500001, 6),
        ("CCC", 130692579, 750503764, 8),
        ("DDD", 1, 3, 7),
    ],
    ("4 lines above the header", "country_code", "whole number"),
)

# An advertising report: title lines, thousands in quotes, percent, -- for nothing, a total below.
ADS: Final = Delivery(
    "ads",
    "campaigns.csv",
    """\
Campaign performance report
"1 March 2024 - 31 March 2024"
Day,Campaign,Campaign ID,Clicks,Impr.,CTR,Currency code,Cost,Conversions
2024-03-01,Brand,111,"1,204","20,310",5.93%,USD,310.20,12.5
2024-03-01,Generic,222,310,"40,115",0.77%,USD,512.00,3
2024-03-02,Brand,111,"1,100","19,900",5.53%,USD,290.10,10
2024-03-02,Generic,222,295,"39,000",0.76%,USD,498.75, --
Total: Account,--,--,"2,909","119,325",2.44%,USD,"1,611.05",25.5
""",
    """\
Campaign performance report
"1 April 2024 - 1 April 2024"
Day,Campaign,Campaign ID,Clicks,Impr.,CTR,Currency code,Cost,Conversions
2024-03-02,Generic,222,295,"39,000",0.76%,USD,498.75,4
2024-04-01,Brand,111,5,10,50.00%,USD,1.00,1
Total: Account,--,--,300,"39,010",0.77%,USD,499.75,5
""",
    "SELECT COUNT(*) AS n, SUM(clicks) AS c, MAX(ctr) AS m, SUM(conversions) AS s FROM silver.t_ads",
    [(4, 2909, "0.05930000", "25.5000")],
    [(5, 2914, "0.50000000", "30.5000")],
    ("2 lines above the header", "footer    1 lines", "on_day + campaign_id", "percent", "'--'"),
)

# A statistics office: tabs, years as columns, blanks behind values, a colon for nothing.
EUROPE: Final = Delivery(
    "europe",
    "estat_rate.tsv",
    "freq,unit,geo\\TIME_PERIOD\t2019 \t2020 \t2021 \n"
    "A,PC,AA\t12.3 \t: \t11.9 \nA,PC,BB\t8.1 \t7.9 \t: \nA,PC,CC\t: \t5.0 \t5.5 \nA,PC,DD\t9.9 \t9.8 \t9.7 \n",
    "freq,unit,geo\\TIME_PERIOD\t2019 \t2020 \t2021 \nA,PC,BB\t8.1 \t7.9 \t7.7 \nA,PC,EE\t: \t: \t1.0 \n",
    "SELECT COUNT(*) AS n, SUM(in_2021) AS s, COUNT(in_2021) AS c FROM silver.t_europe",
    [(4, "27.1000", 3)],
    [(5, "35.8000", 5)],
    ("tab between fields", "':'", "freq_unit_geo_time_period"),
)

# Weather stations: comment lines, pipes, packed dates, numbers with leading noughts that are names, NaN and -.
WEATHER: Final = Delivery(
    "weather",
    "stations.txt",
    """\
# Station data, invented
# Parameters: TEMP in degrees
STATION|DATE|TEMP|RAIN|WIND|CALM?|NOTE
0100|20240101|-1.5|0.0|12|no|
0100|20240102|-2.25|.4|8|no|
0100|20240103|0.0|12.75|30|no|storm
0200|20240101|3.5|-|4|yes|
0200|20240102|4|1.5|2|yes|
0200|20240103|NaN|0.0|6|no|
""",
    """\
# Station data, invented
STATION|DATE|TEMP|RAIN|WIND|CALM?|NOTE
0200|20240103|5.5|0.0|6|no|late
0200|20240104|6|0.0|7|no|
""",
    "SELECT COUNT(*) AS n, MIN(station) AS s, SUM(temp) AS t, CONVERT(nvarchar(10), MAX(on_date), 23) AS d "
    "FROM silver.t_weather",
    [(6, "0100", "3.7500", "2024-01-03")],
    [(7, "0100", "15.2500", "2024-01-04")],
    ("pipe between fields", "station + on_date", "date yyyyMMdd", "yes or no", "'NaN'"),
)

# A police force: most records without their number, many decimals, a column that is always blank.
POLICE: Final = Delivery(
    "police",
    "2024-01-street.csv",
    """\
Crime ID,Month,Reported by,Longitude,Latitude,Location,Crime type,Last outcome category,Context
,2024-01,Exampleshire,-0.104771839123,51.5184481234,On or near Park Road,Anti-social behaviour,,
aa11,2024-01,Exampleshire,-0.111497,51.518226,On or near Mill Lane,Bicycle theft,Under investigation,
,2024-01,Exampleshire,-0.104771839123,51.5184481234,On or near Park Road,Anti-social behaviour,,
bb22,2024-01,Exampleshire,-0.097562,51.518864,On or near Station Way,Burglary,Investigation complete,
""",
    """\
Crime ID,Month,Reported by,Longitude,Latitude,Location,Crime type,Last outcome category,Context
,2024-01,Exampleshire,-0.104771839123,51.5184481234,On or near Park Road,Anti-social behaviour,,
cc33,2024-02,Exampleshire,-0.09,51.5,On or near Station Way,Burglary,,
""",
    "SELECT COUNT(*) AS n, MIN(longitude) AS x, COUNT(crime_id) AS c FROM silver.t_police",
    [(4, "-0.111497000000", 2)],
    [(5, "-0.111497000000", 3)],
    ("none: records are the same", "context: has no values"),
)

# An American shop: month first, the same name twice, one without, reserved words, dollars, percent, yes and no.
SALES: Final = Delivery(
    "sales",
    "sales.csv",
    """\
Order Date,order date,,User,Key,Unit Price ($),% Off,Is Gift,Café Name, ,
06-05-21,06-07-21,x1,ann,K-1,"$1,250.00",10%,Y,Zoë,,
06-06-21,06-08-21,x2,bob,K-2,$15.50,0%,N,,,
06-28-21,06-30-21,x3,cyd,K-3,($4.00),12.5%,N,Bar,,
07-01-21,07-02-21,,dee,K-4,$0.99,5%,Y,Bar,,
""",
    """\
Order Date,order date,,User,Key,Unit Price ($),% Off,Is Gift,Café Name, ,
06-06-21,06-09-21,x2,bob,K-2,$16.50,0%,N,,,
07-03-21,07-04-21,,eve,K-5,$2.00,5%,Y,,,
""",
    "SELECT key_text, CONVERT(nvarchar(10), order_date, 23) AS a, CONVERT(nvarchar(10), order_date_2, 23) AS b, "
    "column_3, unit_price_usd, percent_off, is_gift FROM silver.t_sales WHERE key_text IN (N'K-1', N'K-2', N'K-5') "
    "ORDER BY key_text",
    [
        ("K-1", "2021-06-05", "2021-06-07", "x1", "1250.0000", "0.10000000", True),
        ("K-2", "2021-06-06", "2021-06-08", "x2", "15.5000", "0E-8", False),
    ],
    [
        ("K-1", "2021-06-05", "2021-06-07", "x1", "1250.0000", "0.10000000", True),
        ("K-2", "2021-06-06", "2021-06-09", "x2", "16.5000", "0E-8", False),
        ("K-5", "2021-07-03", "2021-07-04", None, "2.0000", "0.05000000", True),
    ],
    ("MM-dd-yy", "(no name, number 3)", "key_text"),
)

# A web shop: byte order mark, quoted commas and quotes, offsets from UTC, blank fields, updated_at of its own.
ORDERS: Final = Delivery(
    "orders",
    "orders_export.csv",
    '''\
Name,Email,Financial Status,Paid at,Currency,Subtotal,Total,Created at,Lineitem name,Id
#1001,ada@example.com,paid,2024-03-01 09:15:00 +0100,EUR,40.00,44.90,2024-03-01 09:14:55 +0100,"Mug, blue",5550001
#1002,bob@example.com,pending,,EUR,19.50,24.40,2024-03-01 10:02:10 +0100,"Tea ""Earl""",5550002
#1003,,refunded,2024-03-02 08:00:00 +0100,EUR,100.00,100.00,2024-03-02 07:59:00 +0100,"Lamp,
two parts",5550003
#1004,eve@example.com,paid,2024-03-02 18:30:00 +0100,EUR,12.00,16.90,2024-03-02 00:29:01 +0100,Pen,5550004
''',
    '''\
Name,Email,Financial Status,Paid at,Currency,Subtotal,Total,Created at,Lineitem name,Id
#1002,bob@example.com,paid,2024-03-03 10:00:00 +0100,EUR,19.50,24.40,2024-03-01 10:02:10 +0100,"Tea ""Earl""",5550002
#1005,fay@example.com,paid,2024-03-03 10:00:00 +0100,EUR,1.00,5.90,2024-03-03 09:59:00 +0100,Clip,5550005
''',
    "SELECT id, financial_status, CONVERT(nvarchar(23), source_created_at, 126) AS c, lineitem_name, line_number "
    "FROM silver.t_orders WHERE id IN (5550002, 5550004, 5550005) ORDER BY id",
    [
        (5550002, "pending", "2024-03-01T09:02:10", 'Tea "Earl"', 3),
        (5550004, "paid", "2024-03-01T23:29:01", "Pen", 6),
    ],
    [
        (5550002, "paid", "2024-03-01T09:02:10", 'Tea "Earl"', 2),
        (5550004, "paid", "2024-03-01T23:29:01", "Pen", 6),
        (5550005, "paid", "2024-03-03T08:59:00", "Clip", 3),
    ],
    ("byte order mark", "key       id", "source_created_at"),
    encoding="utf-8-sig",
)

# A hospital: UTF-16 and tabs, as Excel's "Unicode text", Windows line ends, months by name.
HOSPITAL: Final = Delivery(
    "hospital",
    "wards.txt",
    "Ward\tBeds\tOpened\r\nÄ1\t12\t1-Jan-1999\r\nB2\t30\t15-Feb-2003\r\nC3\t8\t3-Dec-2010\r\n",
    "Ward\tBeds\tOpened\r\nB2\t31\t15-Feb-2003\r\nD4\t5\t30-Jun-2020\r\n",
    "SELECT ward, beds, CONVERT(nvarchar(10), opened, 23) AS o FROM silver.t_hospital ORDER BY beds",
    [("C3", 8, "2010-12-03"), ("Ä1", 12, "1999-01-01"), ("B2", 30, "2003-02-15")],
    [("D4", 5, "2020-06-30"), ("C3", 8, "2010-12-03"), ("Ä1", 12, "1999-01-01"), ("B2", 31, "2003-02-15")],
    ("utf-16", "tab between fields", "dd-MMM-yyyy"),
    encoding="utf-16",
)

DELIVERIES: Final = (BANK, EXCEL, WORLD, ADS, EUROPE, WEATHER, POLICE, SALES, ORDERS, HOSPITAL)
