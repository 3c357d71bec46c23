"""Words the shop is made of, and spellings of codes. Invented people; every word fits Windows-1252."""

from __future__ import annotations

from typing import Final

FIRST_NAMES: Final = (
    "Ada Alma Anouk Arlo Aurélie Beno Björn Carla Chloé Dario Edda Elif Émile Enzo Fiona Frieda Gus Hanna "
    "Hélène Ida Iñigo Ivo Jana Jörg Kaja Karim Lena Léa Linus Luz Mara Matteo Mila Nadia Nils Noé Olga "
    "Oskar Pia Quentin Rafael Renée Rosa Sanne Søren Tess Tomás Ulla Vera Viggo Wanda Yara Zoë"
).split()
LAST_NAMES: Final = (
    "Abendrot Aldermoor Bergström Birkwood Brückner Castaño Corvane Dellamont Dornfeld Eastlake Escalón "
    "Fairholt Falkenau Ferrandine Grünwald Halloran-Voss Hartlepool Ibarrón Jansveld Kestrel Königsee "
    "Larkspur Lindqvist Marchetto Möllendorf Nightingale Nuñeral Oakhollow Ortegal Pennywhistle "
    "Perrault-Lys Quillfeather Ravensburgh Rosengård Sandoval-Ríos Sturmfels Thistlewood Torvald Umbral "
    "Västerholm Vermeulen-Dal Weißdorn Wintermark Yellowley Zwanenburg O'Harrowgate D'Amberville"
).split()
STREETS: Final = (
    "Acorn Lane|Bahnhofstraße|Calle del Río|Chapel Row|Drottninggatan|Elm Street|Gartenweg|Harbour Road|"
    "Keizersplein|Lindenallee|Mill Road|Orchard Close|Place du Marché|Rue des Tanneurs|Station Road|"
    "Via dei Mulini|Weidengasse|Whisky Row"
).split("|")
CITIES: Final = {
    "US": ("Springfield", "Riverton", "Fairview", "Cedar Falls"),
    "GB": ("Ashford", "Kingsbridge", "Bath", "Norwich"),
    "DE": ("Köln", "München", "Weimar", "Görlitz"),
    "FR": ("Orléans", "Nîmes", "Besançon", "Lyon"),
    "ES": ("Cádiz", "León", "Málaga", "Vigo"),
    "IT": ("Forlì", "Lucca", "Modena", "Trani"),
    "NL": ("Delft", "Zwolle", "Gouda", "Breda"),
    "SE": ("Malmö", "Västerås", "Lund", "Umeå"),
    "PL": ("Gdynia", "Lublin", "Opole", "Sopot"),
    "CH": ("Zürich", "Genève", "Bern", "Chur"),
    "AT": ("Wien", "Graz", "Linz", "Mödling"),
    "CA": ("Québec", "Halifax", "Regina", "Guelph"),
    "JP": ("Sendai", "Nara", "Kobe", "Otaru"),
}
COUNTRIES: Final = tuple(CITIES)
PREFIXES: Final = {
    "US": "1", "GB": "44", "DE": "49", "FR": "33", "ES": "34", "IT": "39", "NL": "31", "SE": "46", "PL": "48",
    "CH": "41", "AT": "43", "CA": "1", "JP": "81",
}  # fmt: skip
CURRENCY_OF: Final = {
    "US": "USD", "GB": "GBP", "DE": "EUR", "FR": "EUR", "ES": "EUR", "IT": "EUR", "NL": "EUR", "SE": "SEK",
    "PL": "PLN", "CH": "CHF", "AT": "EUR", "CA": "CAD", "JP": "JPY",
}  # fmt: skip
# Millionths of a dollar for one unit, where the walk of each rate begins.
FIRST_RATES: Final = {
    "EUR": 1_083_400, "GBP": 1_265_200, "CHF": 1_121_900, "SEK": 94_610, "PLN": 249_870, "CAD": 731_450,
    "JPY": 6_702,
}  # fmt: skip
CATEGORIES: Final = {
    "kitchen": ("Kettle", "Whisk", "Saucepan", "Bread Knife", "Jug"),
    "garden": ("Trowel", "Watering Can", "Seed Tray", "Lantern", "Rake"),
    "office": ("Notebook", "Desk Lamp", "Stapler", 'Frame 5" by 7"', "Pen, refillable"),
    "outdoor": ("Tent", "Bottle; insulated", "Rucksack", 'Cable 1/2"', "Compass"),
    "home": ("Cushion", "Vase", "Blanket", "Candle | beeswax", "Clock"),
}
ADJECTIVES: Final = (
    "Oak Steel Linen Copper Amber Slate Ivory Crème Cobalt Olive Rustic Nordic Décor Compact".split()
)
BRANDS: Final = (
    "Fernwhistle",
    "Halbmond",
    "Lumière d'Est",
    "Northquay",
    "Ostrø",
    "Pêche & Fils",
    "Tallowmere",
)
WAREHOUSES: Final = ("EAST", "WEST")
COMMENTS: Final = (
    "",
    "",
    "Too small",
    "Arrived late, no longer needed",
    'Wrong size: said 5", was 7"',
    "Damaged in transit\nbox was open",
    "Farbe gefällt nicht; zurück",
    "Cadeau déjà reçu",
)
CURRENCY_SPELLINGS: Final = {
    "USD": ("US$", "$", "Dollar", "US Dollar"),
    "EUR": ("€", "Euro"),
    "GBP": ("£", "Pound", "Pound Sterling"),
    "CHF": ("SFr", "SFr."),
    "SEK": ("kr", "SKR"),
    "PLN": ("Zloty",),
    "CAD": ("C$", "CA$"),
    "JPY": ("¥", "Yen"),
}
COUNTRY_SPELLINGS: Final = {
    "US": ("USA", "U.S.A.", "U.S.", "United States", "United States of America"),
    "GB": ("GBR", "UK", "U.K.", "Great Britain", "United Kingdom", "England"),
    "DE": ("DEU", "Germany", "Deutschland"),
    "FR": ("FRA", "France"),
    "ES": ("ESP", "Spain", "España"),
    "IT": ("ITA", "Italy", "Italia"),
    "NL": ("NLD", "Netherlands", "The Netherlands", "Holland"),
    "SE": ("SWE", "Sweden", "Sverige"),
    "PL": ("POL", "Poland", "Polska"),
    "CH": ("CHE", "Switzerland", "Schweiz", "Suisse"),
    "AT": ("AUT", "Austria", "Österreich"),
    "CA": ("CAN", "Canada"),
    "JP": ("JPN", "Japan"),
}
VALUE_SPELLINGS: Final = {
    "cancelled": ("canceled", "Canceled", "CANCELLED"),
    "card": ("credit card", "Credit Card"),
    "transfer": ("bank transfer", "Bank Transfer"),
}
MONTHS: Final = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split()
