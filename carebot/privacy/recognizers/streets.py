"""How postal addresses are written, a pattern per language; `address.py` puts them to use.

Verbose patterns on text with its capitals. A house number is always there: a street without one is a place,
not somebody's home. Folding has kept the offsets, but "º" has become "o", and full-width signs their ASCII
twins. Every repetition is bounded, so that no text makes the search long.
"""

# A word that begins with a capital ("King's"), or an initial or title with its dot ("J.", "St.").
_UP = r"[A-ZÀ-ÖØ-ÞĄĆČĎĘĚĞİŁŃŇŒŘŚŞŠŤŮŹŻŽА-ЯЁ]"
_NAME = rf"(?:(?:St|Sta|Sto|Dr|Gen|Prof|{_UP})\.\s?|{_UP}(?:[\w'-]|\.(?=\w)){{0,30}})"

# Up to five of them, with the small words that join them: "Jardins de la Paix".
_JOINERS = (
    r"(?:(?:de|del|della|dei|di|do|da|dos|das|du|des|la|le|les|los|las|el|y|e|i|van|der|den|the|of|von)\s)"
)
_NAMES = rf"{_NAME}(?:\s{_JOINERS}{{0,2}}{_NAME}){{0,4}}"

# A word of any case, perhaps behind the day of a date: "7 de Setembro".
_ANY = r"(?:\d{1,2}\s(?:de\s)?)?[^\W\d][\w'.-]{0,29}"

# 12, 12-14, 12a, 12/3; not the letter of what follows ("12 m. 4", "12 D: 4").
_HOUSE = r"\d{1,5}(?:\s?-\s?\d{1,4})?(?:\s?[A-Za-z](?![\w:]|\.\s?\d))?(?:/\d{1,4}[A-Za-z]?)?"

# A Chinese character of a name, not of "my address is", "I live in", "send to".
_HAN = r"(?:(?![我住址是在寄送到请])[\u4e00-\u9fff])"

# Area and district, then sector and unit; the letters are those that the Royal Mail uses.
_POSTCODE_GB = (
    r"(?:[A-PR-UWYZ](?:\d{1,2}|[A-HK-Y]\d{1,2}|\d[A-HJKPSTUW]|[A-HK-Y]\d[ABEHMNPRVWXY])"
    r"\s?\d[ABD-HJLNP-UW-Z]{2})"
)
_POSTCODE = rf"""
    (?: {_POSTCODE_GB} | [A-Z]\d[A-Z][ -]?\d[A-Z]\d  # United Kingdom, Canada
      | \d{{4}}\s?[A-Z]{{2}} | \d{{5}}-\d{{3,4}}  # Netherlands; Brazil, ZIP+4
      | \d{{2}}-\d{{3}} | \d{{3}}-\d{{4}} | \d{{4}}-\d{{3}} | \d{{4,6}} )  # Poland; Japan; Portugal; others
    (?! \w )"""

# "2 miles down the road": typed without capitals, these begin no street's name.
_NOT_A_STREET = (
    "the|a|of|my|in|on|down|up|main|more|other|miles|km|years|minutes|days|people|new|this|off|across"
)

# What goes on behind the house number, up to four parts of it.
TAIL = rf"""
    (?: ,? \s{{0,2}}  # Apt 4B, кв. 12, #5
        (?i: \b(?: apartment|apt|flat|unit|suite|ste|floor|piso|puerta|apto?|bloco|esc|bus|wohnung|interno|int
                 |scala|daire|kat|mieszkania|m|кв|корп|корпус|стр|подъезд|этаж|квартира) \b
           | [#№] | شقة | الدور )
        \.? \s? [:#]? \s? \w{{1,5}} (?! \w ) (?: [oa°] (?! \w ) )?
      | ,? \s{{0,2}} \d{{1,2}} [oa°] (?: \s? [A-Z] \b )?  # 3º B
      | \s? [,;\n-]? \s{{0,2}} (?: [A-Z]{{1,2}}- )? {_POSTCODE} (?: ,? \s{{1,2}} {_NAMES} )?  # 10115 Berlin
      | , \s{{0,2}} (?: (?i: г\.|in|à) \s? )? {_NAMES}  # , Springfield, IL 62704
        (?: ,? \s{{1,2}} [A-Z]{{2}} \b )? (?: ,? \s{{1,2}} {_POSTCODE} )?
      | \s (?:in|à|en|w|a|em) \s {_NAMES}  # à Lyon
    ){{0,4}}
"""

_ENGLISH = rf"""
    {_HOUSE} ,? \s (?: (?:[NSEW]|North|South|East|West) \.? \s )?  # 1600 N.
    (?: (?:{_NAME}|\d{{1,3}}(?:st|nd|rd|th)) \s ){{1,4}}  # Pennsylvania, 5th
    (?i: street|str|st|road|rd|avenue|ave|av|lane|ln|drive|dr|court|ct|boulevard|blvd|way|close|place|pl
       |square|sq|terrace|crescent|highway|hwy|parkway|pkwy|circle|gardens|grove|mews|row|walk|hill|park
       |quay|alley|trail ) \b \.?
    (?: \s (?:NW|NE|SW|SE|N|S|E|W|North|South|East|West) \b )?
  | \d{{1,5}}[a-z]? \s (?! (?:{_NOT_A_STREET}) \s )  # 48 high street
    (?: [a-z]{{2,20}} \s ){{1,2}} (?:street|road|avenue|boulevard|crescent) \b
  | (?i: p\.?\s?o\.? \s? box ) \s? \#? \d{{1,6}}  # PO Box 12
"""

_GERMAN_AND_DUTCH = rf"""
    (?: (?: {_NAME} \s ){{0,3}} [\w-]{{0,30}}  # Musterstraße 12, Lange Gasse 3
        (?: stra(?:ß|ss)e | str\. | weg | platz | gasse | allee | damm | ufer | chaussee | straat | laan
          | plein | gracht | kade | dijk | singel | steeg | markt | baan | dreef | hof )
      | (?: {_NAME} \s ){{1,3}}
        (?: Stra(?:ß|ss)e | Str\. | Weg | Platz | Allee | Ring | Straat | Laan | Plein ) )
    (?: \s (?:der|des|van|von|zum|am) \s {_NAME} )?
    \s{{1,2}} (?:nr\.?\s)? {_HOUSE} (?! [\w%€$] | [.,:]\d )
  | \b(?: Am|An\sder|Im|Auf\sdem|Unter\sden|Zum|Zur|Hinter\sdem|In\sder|Op\sde|Aan\sde|Alte|Neue|Alter|Neuer )
    \s (?: {_NAME} \s ){{1,3}} {_HOUSE}  # Unter den Linden 77, with code and town
    (?: \s? ,? \s | \s in \s ) (?: \d{{5}} | \d{{4}}\s?[A-Z]{{2}} ) \s {_NAME}
  | \b {_NAME} \s {_HOUSE} \s? , \s? (?: \d{{4}}\s?[A-Z]{{2}} | (?:D-)?\d{{5}} ) \s {_NAME}  # any, the same
  | (?<![\d.]) [1-9]\d{{3}} \s (?!GB|TB|PC|TV|AM|PM|UK|US|EU|VR|HD|PS) [A-Z]{{2}}  # 1017 AB Amsterdam
    (?: \s {_NAME} | \s? (?=[,.;\n]|$) )
"""

_FRENCH = rf"""
    {_HOUSE} (?:\s(?:bis|ter|quater))? ,? \s{{1,2}}  # 45 bis avenue des Ternes
    (?i: rue|avenue|av\.|boulevard|bd|blvd|all[ée]e|place|chemin|impasse|quai|cours|route|square|passage|villa
       |faubourg ) \s
    (?i: (?:de|du|des|la|le|les|l'|d'|aux?|en)\s? ){{0,3}} {_ANY}
    (?: [\s-] (?: (?:de|du|des|la|le|les) \s ){{0,2}} {_NAME} ){{0,4}}
  | \b (?i: rue|avenue|boulevard|place|chemin|quai|route|chauss[ée]e ) \s  # Rue Neuve 5: Brussels, Geneva
    (?i: (?:de|du|des|la|le|les|l'|d')\s? ){{0,3}} {_NAMES} \s? ,? \s {_HOUSE}
    (?= \s? [,;\n(] | \s? - | \s [A-Z] | \s \d{{4,5}} \b | \s? $ )
"""

_SPANISH = rf"""
    (?<!\w)
    (?i: calle|c/|c\.|avenida|avda\.?|av\.|plaza|pza\.?|paseo|p[ºo]\.?|carrera|cra\.?|cl\.?|ronda|camino
       |carretera|traves[íi]a|calz(?:ada)?|jir[oó]n|pasaje|diagonal|transversal|urb(?:anizaci[óo]n)?\.? )
    (?: \s{{1,2}} | (?<=[./]) )
    (?: (?i: (?:de|del|la|las|los|el|san|santa|y)\s ){{0,3}} {_ANY}  # Calle Mayor, nº 15
        (?: \s (?i: (?:de|del|la|las|los|el|y)\s ){{0,2}} {_NAME} ){{0,4}}
        \s? ,? \s{{0,2}} (?i: n[ºo°]?\.?|n[úu]m\.?|n[úu]mero|\#|no\.? )? \s{{0,2}} {_HOUSE}
      | \d{{1,3}}[A-Z]? \s? (?:\#|[Nn]o\.?|[Nn]) \s? \d{{1,3}}[A-Z]? \s? - \s? \d{{1,3}} )  # Cra 7 # 12-34
"""

_PORTUGUESE = rf"""
    (?<!\w)  # Rua das Flores, 123
    (?i: rua|r\.|avenida|av\.?|travessa|tv\.|pra[çc]a|alameda|al\.|largo|estrada|rodovia|quadra ) \s{{1,2}}
    (?i: (?:de|do|da|dos|das|d')\s? ){{0,2}} {_ANY} (?: \s (?: (?:de|do|da|dos|das|e) \s )? {_NAME} ){{0,4}}
    \s? ,? \s{{0,2}} (?i: n[ºo°]?\.?|n[úu]mero )? \s{{0,2}} {_HOUSE} (?! \s?(?:reais|€|euros|vezes|%) )
  | (?i: \bcep ) \s? [:.]? \s? \d{{5}}-?\d{{3}}
"""

# "via" also means "by way of": it needs a comma or "n." before the number, or a code or town behind it.
_ITALIAN = rf"""
    (?<!\w)
    (?: (?i: viale|v\.le|piazza|p\.zza|piazzale|corso|c\.so|largo|vicolo|contrada|strada|localit[àa] )
        \s{{1,2}}
        (?i: (?:del|della|dei|delle|di|d')\s? )? {_NAMES} \s? ,? \s{{0,2}} (?:n\.?\s?|n°\s?)? {_HOUSE}
      | (?i: via ) \s{{1,2}} (?i: (?:del|della|dei|delle|degli|di|dell'|d')\s? )? {_NAMES}
        (?: \s? , \s{{0,2}} (?:n\.?\s?|n°\s?)? | \s (?:n\.?\s?|n°\s?) ) {_HOUSE}
      | (?i: via ) \s{{1,2}} {_NAMES} \s {_HOUSE} (?: ,? \s \d{{5}} )? \s {_NAME} )
    (?! \s?(?:euro|€|volte|giorni|%) )
"""

_POLISH = rf"""
    (?<!\w) (?i: ul\.|ulica|ulicy|al\.|aleja|alei|aleje|os\.|osiedle|osiedlu|pl\.|plac|placu )
    (?: \s{{1,2}} | (?<=\.) ) (?:\d{{1,2}}\s)? (?:[a-z]{{2,4}}\.\s)?  # ul. 3 Maja, ul. gen. Andersa
    {_NAMES} \s{{1,2}} {_HOUSE} (?: \s? m\.? \s? \d{{1,4}} )?
  | (?: {_NAME} \s {_HOUSE} ,? \s )? (?<!\d) \d{{2}}-\d{{3}} \s {_UP}[a-ząćęłńóśźż]{{2,}}  # 00-590 Warszawa
"""

_TURKISH = rf"""
    (?: (?:{_NAME} \s ){{1,4}} (?: Mah(?:allesi|\.)? | mah(?:allesi|\.) ) ,? \s{{0,2}} )?  # Atatürk Mah.
    (?: {_NAME} \s | \d{{1,5}}\.? \s ){{1,4}}  # Bağdat Caddesi
    (?i: cad(?:desi|de|\.) | sok(?:a[kğ]ı?|\.) | sk\. | bulvarı | blv\.? | mah(?:allesi|\.) ) ,? \s{{0,2}}
    (?i: no \s? [.:]? \s? )? {_HOUSE} (?: ,? \s{{0,2}} (?i: d|daire|kat|k ) \s? [.:] \s? \d{{1,4}} ){{0,2}}
    (?: ,? \s{{0,2}} {_NAME} (?: \s? / \s? {_NAME} ){{1,2}} )?  # Kadıköy/İstanbul
"""

_RUSSIAN_FLAT = r"""
    (?: ,? \s{0,2} (?i: корп(?:ус|\.)?|к\.|стр\.|строение|кв\.?|квартира|под\.|подъезд|эт\.|этаж )
      \s? \d{1,4} )"""
_RUSSIAN = rf"""
    {_NAME} \s
    (?: проспекте?|улиц[аеу]|бульваре?|шоссе|переул(?:ок|ке)|площад[ьи]|набережн(?:ая|ой)|проезде? ) ,?
    \s{{0,2}}
    (?: д\.|дом )? \s{{0,2}} {_HOUSE} {_RUSSIAN_FLAT}{{0,3}}
  | (?: (?:\d{{6}} ,? \s)? (?i: г\.|город|гор\. ) \s? {_NAME} ,? \s{{1,2}} )?  # г. Москва,
    (?<!\w)
    (?i: ул\.?|улиц[аеы]|пр\.|пр-т\.?|просп\.|проспекте?|пер\.|переул(?:ок|ке)|пл\.|площад[ьи]|ш\.|шоссе
       |бульваре?|б-р|наб\.|набережн(?:ая|ой)|мкр\.? ) (?: \s{{1,2}} | (?<=\.) )
    (?: \d{{1,3}}-?[а-я]{{0,3}}\s )? {_ANY} (?: [\s-] {_NAME} ){{0,3}} \s? ,? \s{{0,2}}  # ул. Ленина,
    (?i: д\.|дом|д )? \s{{0,2}} {_HOUSE} [а-я]? (?![а-я]) {_RUSSIAN_FLAT}{{0,4}}  # д. 5, кв. 12
"""

_CHINESE = rf"""
    (?: {_HAN}{{2,8}}? (?:省|自治区) )? (?: {_HAN}{{2,6}}? [市州] )? (?: {_HAN}{{1,6}}? [区县區縣] )?
    {_HAN}{{1,10}}? (?: 大道|路|街|道|巷|弄|村|段 ) {_HAN}{{0,4}} \d{{1,5}} (?: -\d{{1,4}} )? [号號弄]
    (?: [\u4e00-\u9fffA-Z]{{0,10}} \d{{1,5}} [栋幢座楼樓层層单單元室房号號户] ){{0,4}}
    (?: \d{{1,4}} [室号房] )?
  | {_HAN}{{2,10}} (?:小区|花园|公寓|大厦)  # an estate
    (?: [A-Z]?\d{{1,4}} [栋幢座号楼单元室层]{{1,2}} ){{1,4}} (?: \d{{1,4}} [室号]? )?
"""

_JAPANESE = r"""
    (?: 〒 \s? \d{3}-\d{4} \s? )? (?: 東京都|北海道|(?:京都|大阪)府|[\u4e00-\u9fff]{2,3}県 )  # a prefecture
    [\u3005-\u30ff\u4e00-\u9fff]{1,20}? \s?  # its town and ward
    \d{1,5} (?: (?:丁目|番地?|号|-|の) \s? \d{0,5} ){0,4} (?: 号室?)?  # 1丁目2番3号, 1-2-3
    (?: \s? [\u30a0-\u30ffA-Za-z]{2,20} \s? \d{1,4} (?: 号室?)? )?  # a house's name
  | [\u4e00-\u9fff]{1,6}[市区町村] [\u3005-\u30ff\u4e00-\u9fff]{1,12} \s?
    \d{1,4} (?: (?:丁目|番地?|号|-) \s? \d{1,5} ){1,4} 号?
  | 〒 \s? \d{3}-?\d{4}
"""

_ARABIC = r"""
    (?: شارع|ش\.|طريق|حي|ميدان ) \s (?: [ء-ي]{2,15} [\s،,]{1,2} ){1,5}  # street, road, quarter, square
    (?: (?:رقم|مبنى|منزل|عمارة|بناية|فيلا|بيت|برج|شقة|الدور) [\s:]{1,2} (?:رقم\s)? )? \d{1,5}  # building 12
    (?: [\s،,]{1,3} (?:شقة|الدور|الطابق|مبنى|عمارة|رقم) [\s:]{0,2} (?:رقم\s)? \d{1,5} ){0,3}  # flat 3
  | \d{1,5} \s (?: شارع ) \s (?: [ء-ي]{2,15} \s? ){1,3}
  | (?: ص\.?\s?ب\.? ) \s? :? \s? \d{2,7}  # PO box
"""

STREETS = {
    "address_en": _ENGLISH,
    "address_de_nl": _GERMAN_AND_DUTCH,
    "address_fr": _FRENCH,
    "address_es": _SPANISH,
    "address_pt": _PORTUGUESE,
    "address_it": _ITALIAN,
    "address_pl": _POLISH,
    "address_tr": _TURKISH,
    "address_ru": _RUSSIAN,
    "address_zh": _CHINESE,
    "address_ja": _JAPANESE,
    "address_ar": _ARABIC,
}

# Codes that stand for a few houses, and look like nothing else.
POSTCODES = {
    "postcode_gb": rf"(?<![\w$€£-]) {_POSTCODE_GB} (?![\w-])",
    "postcode_ca": r"(?<![\w$€£-]) [A-Z]\d[A-Z]\s\d[A-Z]\d (?![\w-])",
    "postcode_us": rf"{_NAME} (?:\s{_NAME})? ,? \s [A-Z]{{2}} \s \d{{5}} (?:-\d{{4}})? (?!\w)",
}
