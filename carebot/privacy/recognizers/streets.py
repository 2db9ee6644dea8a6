"""How postal addresses are written, a pattern per language; `address.py` puts them to use.

Verbose patterns on text with its capitals. A house number is always there: a street without one is a place,
not somebody's home. Folding has kept the offsets, but "º" has become "o", and full-width signs their ASCII
twins. Every repetition is bounded, so that no text makes the search long.
"""

from carebot.privacy.recognizers.streets_asia import ARABIC, CHINESE, JAPANESE

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
_HOUSE = r"\d{1,5}(?:\s?-\s?\d{1,4})?(?:\s?[A-Za-z](?![\w:]|\.\s?\d))?(?:/(?:\d{1,4}[A-Za-z]?|[A-Za-z]\b))?"

# Up to three more words in small letters; what follows the number must then end the address.
_NO_NAME = "que|donde|hay|con|para|por|onde|com|tem|ha|che|dove|per|et|y|e|a|al|no"
_LOWER = rf"(?:\s(?!(?:{_NO_NAME})\s)[^\W\d][\w'.-]{{1,20}}){{0,3}}"
_STOP = r"(?=\s?(?:[,;()\n-]|\.(?!\d)|$)|\s\d{4,6}\b|\s(?:apt|apto|piso|int|bl|bloco|m|lok)\b)"

# Area and district, then sector and unit; the letters are those that the Royal Mail uses.
_POSTCODE_GB = (
    r"(?:[A-PR-UWYZ](?:\d{1,2}|[A-HK-Y]\d{1,2}|\d[A-HJKPSTUW]|[A-HK-Y]\d[ABEHMNPRVWXY])"
    r"\s?\d[ABD-HJLNP-UW-Z]{2})"
)
_POSTCODE = rf"""
    (?: {_POSTCODE_GB} | [A-Z]\d[A-Z][ -]?\d[A-Z]\d  # United Kingdom, Canada
      | [A-Z]\d[\dW]\s?[AC-FHKNPRTV-Y\d]{{4}}  # Ireland
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
        (?i: \b(?: apartment|apt|flat|unit|suite|ste|floor|piso|puerta|apto?|bloco|bl|lote|lt|esc
          |bus|bte|bo[iî]te
                 |wohnung|interno|int|scala|piano|lok|sala|depto|dpto|dept|casa|blok|apartamento
                   |daire|kat|mieszkania|m|кв|корп|корпус|стр|подъезд|этаж|квартира) \b
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
       |quay|alley|trail|cres|pde|parade|tce|loop|heath|green|rise|wharf|view|garth|croft|vale ) \b \.?
    (?: \s (?:NW|NE|SW|SE|N|S|E|W|North|South|East|West) \b )?
  | \d{{1,5}}[a-z]? \s (?! (?:{_NOT_A_STREET}) \s )  # 48 high street
    (?: [a-z]{{2,20}} \s ){{1,2}} (?:street|road|avenue|boulevard|crescent) \b
  | \d{{1,5}}[a-z]? \s (?! (?:{_NOT_A_STREET}) \s ) (?: [a-z]{{2,20}} \s ){{1,2}}  # 14 wattlebird cres, ...
    (?:st|rd|ave|cres|dr|ln|ct|tce|pde|blvd|hwy|lane|drive|close|court|place|terrace|gardens|grove|way) \b
    (?= \s? , \s? [a-z] | \s? \n | \s? $ | \s {_POSTCODE_GB} )
  | (?i: flat|apt|unit ) \s \w{{1,4}} ,? \s \d{{1,5}}[a-z]? \s (?: [a-z]{{2,20}} \s ){{1,2}}
    (?:st|rd|ave|road|street|lane|court|close|drive) \b
  | (?i: p\.?\s?o\.? \s? box ) \s? \#? \d{{1,6}}  # PO Box 12
"""

_GERMAN_AND_DUTCH = rf"""
    (?: (?: {_NAME} \s ){{0,3}} [\w-]{{0,30}}  # Musterstraße 12, Lange Gasse 3
        (?: stra(?:ß|ss)e | str\. | weg | platz | gasse | allee | damm | ufer | chaussee | straat | laan
          | plein | gracht | kade | dijk | singel | steeg | markt | baan | dreef | hof )
      | (?: {_NAME} \s ){{1,3}}
        (?: Stra(?:ß|ss)e | Str\. | Weg | Platz | Allee | Ring | Straat | Laan | Plein )
      | (?: Stra(?:ß|ss)e | Platz | Weg | Allee | Ufer | Plein | Laan ) (?= \s (?:der|des|van|von
        |zum|am) \s ) )
    (?: \s (?:der|des|van|von|zum|am) \s {_NAME} )?
    \s{{1,2}} (?:nr\.?\s)? {_HOUSE}
    (?! [\w%€$] | [.,:]\d | \s?(?:km|m|min\w*|meter|stunden|tage|jahre|uhr|uur|dagen|keer|jaar)\b )
  | \b(?: Am|An\sder|Im|Auf\sdem|Unter\sden|Zum|Zur|Hinter\sdem|In\sder|Op\sde|Aan\sde|Alte|Neue|Alter|Neuer )
    \s (?: {_NAME} \s ){{1,3}} {_HOUSE}  # Unter den Linden 77, with code and town
    (?: \s? ,? \s | \s in \s ) (?: \d{{5}} | \d{{4}}\s?[A-Z]{{2}} ) \s {_NAME}
  | \b {_NAME} \s {_HOUSE} \s? , \s? (?: \d{{4}}\s?[A-Z]{{2}} | (?:D-)?\d{{5}} ) \s [^\W\d]\w  # any, the same
  | (?<![\d.]) [1-9]\d{{3}} \s (?!GB|TB|PC|TV|AM|PM|UK|US|EU|VR|HD|PS) [A-Z]{{2}}  # 1017 AB Amsterdam
    (?: \s {_NAME} | \s? (?=[,.;\n]|$) )
"""

_FRENCH = rf"""
    {_HOUSE} (?:\s(?:bis|ter|quater))? ,? \s{{1,2}}  # 45 bis avenue des Ternes
    (?i: rue|avenue|av\.?|bvd|r\.|chauss[ée]e|mont[ée]e|sentier|r[ée]sidence|lotissement|ruelle
       |esplanade|promenade|boulevard|bd|blvd|all[ée]e|place|chemin|impasse|quai|cours|route|square
         |passage|villa
       |faubourg ) \s
    (?i: (?:de|du|des|la|le|les|aux?|en)\s | l' | d' ){{0,3}} {_ANY}
    (?: [\s-] (?: (?:de|du|des|la|le|les) \s ){{0,2}} {_NAME} ){{0,4}}
  | \b (?i: rue|avenue|boulevard|place|chemin|quai|route|chauss[ée]e ) \s  # Rue Neuve 5: Brussels, Geneva
    (?i: (?:de|du|des|la|le|les)\s | l' | d' ){{0,3}} {_NAMES} \s? ,? \s {_HOUSE}
    (?= \s? [,;\n(] | \s? - | \s [A-Z] | \s \d{{4,5}} \b | \s? $ | \s (?:bte|bo[iî]te|bus|app?t)\b )
  | \b (?i: rue|avenue|boulevard|place|chemin|quai|chauss[ée]e|all[ée]e|impasse  # rue de la loi 16
    |route (?=\sd[eu]) ) \s
    (?: (?:de|du|des|la|le|les)\s | l' | d' ){{0,3}} [^\W\d][\w'.-]{{1,29}} {_LOWER} ,? \s {_HOUSE} {_STOP}
"""

_SPANISH = rf"""
    (?<!\w) (?i: mz\.?|manzana|mza\.? ) \s? \w{{1,3}} ,? \s (?i: lt\.?|lote|casa ) \s? \w{{1,3}} \b  # Mz B Lt 12
  |    (?<!\w)
    (?i: calle|cll\.?|c/|c\.|avenida|avda\.?|av\.?|plaza|plza\.?|pza\.?|paseo|p[ºo]\.?|carrera|cra\.?|kr\.?
       |cl\.?|ronda|camino|carretera|ctra\.?|traves[íi]a|calz(?:ada)?|jir[oó]n|jr\.?|pasaje|psje\.?
         |pje\.?|diagonal
       |diag\.|transversal|urb(?:anizaci[óo]n)?\.?|privada|cerrada|andador|blvr?d\.?|boulevard
         |bulevar|glorieta
       |rambla|callej[oó]n|prolongaci[oó]n|circuito|r[uú]a|passeig|carrer )
    (?: \s{{1,2}} | (?<=[./]) )
    (?: (?i: (?:de|del|la|las|los|el|san|santa|y)\s ){{0,3}} {_ANY}  # Calle Mayor, nº 15
        (?: \s (?i: (?:de|del|la|las|los|el|y)\s ){{0,2}} {_NAME} ){{0,4}}
        \s? ,? \s{{0,2}} (?i: n[ºo°]?\.?|n[úu]m\.?|n[úu]mero|\#|no\.?|nro\.? )? \s{{0,2}} {_HOUSE}
      | (?: (?:de|del|la|las|los|el|san|santa)\s ){{0,3}} {_ANY} {_LOWER}  # calle gran via 12, ...
        ,? \s (?i: n[ºo°]\.?\s?|n[úu]m\.?\s?|\#\s?|nro\.?\s? )? {_HOUSE} {_STOP}
      | \d{{1,3}}[A-Z]? \s? (?:\#|[Nn]o\.?|[Nn]) \s? \d{{1,3}}[A-Z]? \s? - \s? \d{{1,3}} )  # Cra 7 # 12-34
"""

_PORTUGUESE = rf"""
    (?<!\w)  # Rua das Flores, 123
    (?i: rua|r\.|avenida|av\.?|travessa|tv\.|pra[çc]a|alameda|al\.|largo|estrada|rodovia|quadra ) \s{{1,2}}
    (?i: (?:de|do|da|dos|das|d')\s? ){{0,2}} {_ANY} (?: \s (?: (?:de|do|da|dos|das|e) \s )? {_NAME} ){{0,4}}
    \s? ,? \s{{0,2}} (?i: n[ºo°]?\.?|n[úu]mero )? \s{{0,2}} {_HOUSE} (?! \s?(?:reais|€|euros|vezes|%) )
  | (?<!\w) (?i: rua|r\.|avenida|av\.?|travessa|tv\.|pra[çc]a|alameda|largo|estrada|rodovia|beco
    |ladeira|praceta|pct\.|azinhaga|urbaniza[çc][ãa]o|quinta
       |viela|cal[çc]ada ) \s{{1,2}}
    (?: (?:de|do|da|dos|das)\s ){{0,2}} {_ANY} {_LOWER} ,? \s (?i: n[ºo°]\.?\s? )? {_HOUSE} {_STOP}
  | (?<!\w) (?i: q(?:d|n[a-z]?|s|i|l|e)? | s[qc][nsl][wns]? | cl[nsr][wns]? | quadra | conj(?:unto)? ) \.? \s?
    [A-Z]? \s? \d{{1,3}} ,? \s  # SQN 210 bloco B, QND 38 lote 12: Brasília
    (?i: bloco|bl|lote|lt|conj(?:unto)?|casa ) \.? \s? \w{{1,3}} \b
  | (?i: \bcep ) \s? [:.]? \s? \d{{5}}-?\d{{3}}
"""

# "via" also means "by way of": it needs a comma or "n." before the number, or a code or town behind it.
_ITALIAN = rf"""
    (?<!\w)
    (?: (?i: viale|v\.le|piazza|p\.za|p\.zza|piazzale|p\.le|corso|c\.so|largo|l\.go|vicolo|vico|contrada|c\.da
          |strada|localit[àa]|loc\.|frazione|fraz\.|salita|borgo|fondamenta|calle|lungomare
            |piazzetta|traversa )
        \s{{1,2}} (?i: (?:del|della|dei|delle|degli|di|da|il|la)\s )? (?i: dell'|d'|l')?
        (?: (?: {_NAMES} | {_ANY} (?: \s {_NAME} ){{0,3}} ) \s? ,? \s{{0,2}} (?:n\.?\s?|n°\s?)? {_HOUSE}
          | {_ANY} {_LOWER} ,? \s (?:n\.?\s?)? {_HOUSE} {_STOP} )
      | (?i: via ) \s{{1,2}} (?! mail|email|e-mail|sms|app|chat|web|fax|posta|internet|whatsapp|telefono )
        (?: (?:del|della|dei|delle|degli|di|da)\s )? {_ANY} {_LOWER}  # via mazzini 8, ...
        (?: ,? \s (?:n\.?\s?|n°\s?) | , \s? | \s ) {_HOUSE} {_STOP}
      | (?i: via ) \s{{1,2}} (?i: (?:del|della|dei|delle|degli|di|dell'|d')\s? )? {_NAMES}
        (?: \s? , \s{{0,2}} (?:n\.?\s?|n°\s?)? | \s (?:n\.?\s?|n°\s?) ) {_HOUSE}
      | (?i: via ) \s{{1,2}} (?i: (?:del|della|dei|delle|degli|di|dell'|d')\s? )? {_NAMES} \s {_HOUSE}
        (?: (?: ,? \s \d{{5}} )? \s {_NAME} | \s? , \s? \d{{5}} ) )
    (?! \s?(?:euro|€|volte|giorni|%) )
"""

_POLISH = rf"""
    (?<!\w) (?i: ul\.|ulica|ulicy|al\.|aleja|alei|aleje|os\.|osiedle|osiedlu|pl\.|plac|placu )
    (?: \s{{1,2}} | (?<=\.) ) (?:\d{{1,2}}\s)? (?:[a-z]{{2,4}}\.\s)?  # ul. 3 Maja, ul. gen. Andersa
    {_NAMES} \s{{1,2}} {_HOUSE} (?: \s? m\.? \s? \d{{1,4}} )?
  | (?<!\w) (?i: ul\.?|ulica|ulicy|ulic[ęe]|al\.|aleja|alei|os\.|osiedl[eu]|pl\.|plac|placu
    |rondo ) (?: \s | (?<=\.) )
    {_ANY} (?: \s [^\W\d][\w.-]{{2,20}} ){{0,2}} \s {_HOUSE}  # ul długa 7/3
    (?: \s? / \s? \d{{1,4}} | \s? m\.? \s? \d{{1,4}} )? (?! \s?(?:z[łl]|%|szt) | [\w.,:]\d )
  | {_NAME} \s \d{{1,4}}[a-zA-Z]? (?: / | \s?m\.?\s? ) \d{{1,4}}  # Długiej 7 m 3 w Krakowie
    (?= ,? \s (?:w\s)? {_UP} | , \s \d\d- )
  | (?: {_NAME} \s {_HOUSE} ,? \s )? (?<!\d) \d{{2}}-\d{{3}} \s {_UP}[a-ząćęłńóśźż]{{2,}}  # 00-590 Warszawa
"""

_TURKISH = rf"""
    (?: (?:{_NAME} \s ){{1,4}} (?: Mah(?:allesi|\.)? | mah(?:allesi|\.) ) ,? \s{{0,2}} )?  # Atatürk Mah.
    (?: [^\W\d][\w.'-]{{1,20}} \s | \d{{1,5}}\.? \s ){{1,3}}  # Bağdat Caddesi
    (?i: cad(?:desi|de|\.|\b) | sok(?:a[kğg]ı?|\.|\b) | sk\.? | bul(?:var[ıi]|\.) | blv\.?
       | mah(?:allesi|\.|\b) | sitesi | k[öo]y[üu] | konutlar[ıi] | evleri | bulv\. | apt\.? | yolu
         | meydan[ıi] ) ,? \s{{0,2}}
    (?i: [A-Z] \s? blok \s? )? (?i: no \s? [.:]? \s? | numara \s )? {_HOUSE} (?: ,? \s{{0,2}} (?i: d
      |daire|kat|k ) \s? [.:] \s? \d{{1,4}} ){{0,2}}
    (?: ,? \s{{0,2}} {_NAME} (?: \s? / \s? {_NAME} ){{1,2}} )?  # Kadıköy/İstanbul
"""

_RUSSIAN_FLAT = r"""
    (?: ,? \s{0,2} (?i: корп(?:ус|\.)?|к\.|стр\.|строение|кв\.?|квартира|под\.|подъезд|эт\.|этаж )
      \s? \d{1,4} )"""
_RUSSIAN = rf"""
    (?<!\w) {_ANY} (?: [\s-] [^\W\d]{{3,20}} )? ,? \s (?: д\.?\s?|дом\s )? {_HOUSE} ,? \s{{0,2}}
    (?i: кв\.?|квартира ) \s? \d{{1,4}}  # Ленина 5, кв 3
  | (?<!\w) {_ANY} \s (?i: пр-?к?т\.?|пр\.|ш\.|пер\.|наб\.|б-р|бул\.|ул\.|улиц[аеу]|пл\. ) ,? \s{{0,2}}
    (?: д\.?\s?|дом\s )? {_HOUSE} {_RUSSIAN_FLAT}{{0,3}}
  |    {_NAME} \s
    (?: проспекте?|улиц[аеу]|бульваре?|шоссе|переул(?:ок|ке)|площад[ьи]|набережн(?:ая|ой)|проезде? ) ,?
    \s{{0,2}}
    (?: д\.|дом )? \s{{0,2}} {_HOUSE} {_RUSSIAN_FLAT}{{0,3}}
  | (?: (?:\d{{6}} ,? \s)? (?i: г\.|город|гор\. ) \s? {_NAME} ,? \s{{1,2}} )?  # г. Москва,
    (?<!\w)
    (?i: ул\.?|улиц[аеы]|пр\.|пр-т\.?|просп\.|проспекте?|пер\.|переул(?:ок|ке)|пл\.|площад[ьи]|ш\.|шоссе
       |бульваре?|б-р|наб\.|набережн(?:ая|ой)|мкр\.?|микрорайон|проезд|пр-д
       |тупик|аллея|бул\.|дер\.|пос\.|снт|кв-л ) (?: \s{{1,2}} | (?<=\.) )
    (?: \d{{1,3}}-?[а-я]{{0,3}}\s )? {_ANY} (?: [\s-] (?:{_NAME}  # ул. Ленина,
      |[а-яё]{{4,20}}) ){{0,3}} \s? ,? \s{{0,2}}
    (?i: д\.|дом|д )? \s{{0,2}} {_HOUSE} [а-я]? (?![а-я]) {_RUSSIAN_FLAT}{{0,4}}  # д. 5, кв. 12
"""

# A name, a number, a code and a town, in any language: "Lieu-dit Kervazo, 29, 56310 Bubry".
_ANY_STREET = rf"""
    (?: {_NAMES} | [^\W\d][\w'.-]{{3,20}} (?: \s [^\W\d][\w'.-]{{2,20}} ){{0,2}}
      | [A-Z]\d{{1,2}} ) ,? \s {_HOUSE}
    (?: ,? \s \w{{1,8}}\.? \s? \w{{1,3}} ){{0,2}} \s? [,\n-] \s{{0,2}}
    (?: [A-Z]{{1,2}}- )? (?! (?:19|20)\d\d\s ) \d{{4,5}} \s (?! (?:[Ee]ur|[Kk][Ww]|[Uu]hr\b|GB|MB|TB) )
    (?: {_NAME} | (?<=\d{{5}}\s) [^\W\d]{{4,}} )
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
    "address_zh": CHINESE,
    "address_ja": JAPANESE,
    "address_ar": ARABIC,
    "address_any": _ANY_STREET,
}

# Codes that stand for a few houses, and look like nothing else.
POSTCODES = {
    "postcode_gb": rf"(?<![\w$€£-]) {_POSTCODE_GB} (?![\w-])",
    "postcode_ca": r"(?<![\w$€£-]) [A-Z]\d[A-Z]\s\d[A-Z]\d (?![\w-])",
    "postcode_us": rf"{_NAME} (?:\s{_NAME})? ,? \s [A-Z]{{2}} \s \d{{5}} (?:-\d{{4}})? (?!\w)",
}
