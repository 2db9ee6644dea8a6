"""The small words around a number and its word: links, units, what a number is called, how its end is told.

Written as in `vocabulary.py`, in 13 languages; all are alternatives of regular expressions.
"""

# "number" and its kin: with one of these beside it, "order" means an order number and not an order.
NUMBER_WORDS = r"""
number numbr num\b num\. no\. nos?\s?: no\b(?!\s[a-z]) no\sis\b nr\b nr\. n° n\.\s?o id\b code ref nummer
numero numeri numer\b numeru numara
nolu kimlik номер код رقم codigo codice kod\b kodu localizador locator pnr awb tracking seguimiento id:"""
NUMBER_SIGNS = "# № 号 號 コード"

# Words that may stand between "order" and its number.
LINKS = r"""
soporte suporte support assistenza supporto destek technique tecnico
number numbers num no nos nr id ids code ref reference is was are the my our your with of for and it its
it's this here
that confirmation details to account customer order ticket case invoice booking n o
nummer het de mijn van met ist meine mein der die das lautet unter mit und en
numero du la le mon ma est et sous
es el mi del los las con y a e da do meu minha com na sob il mio mia della dello
numer moj moja moje jest numerze i nazwie
numarasi numaram nolu numarali kodum kodu ve
номер номером под это мой моего за и
رقم هو رقمه الخاص بي برقم هي"""

# Units and things that are counted, right after a number: then it is an amount.
UNITS = r"""
% € \$ £ ¥ ₺ ₽ ₹ zł usd\b eur gbp\b dollar dolar buck pound peso reais rupee rupia lira tl\b zl\b pln\b rub
руб yen
view sub(s|scriber) follow like point pts\b coin credit gems? gold\b xp\b rp\b vp\b kills? games? user
people player play
stream gb\b mb\b tb\b kb\b gib\b mib\b ghz mhz hz\b fps kbps mbps byte bit px\b pixel mah\b watt
kwh\b wh\b m3\b kw\b ampere volt\b
km\b mile meter metre kg\b lbs?\b gram ml\b cm\b mm\b g\b m\b
hour hrs?\b min(s|ute)?s?\b second secs?\b ms\b days?\b weeks?\b month years?\b times?\b
uur\b minut dag(en)?\b week weken maand jaar keer punt volger weergav mensen stuk
stunde tag(e|en)?\b woche monat jahr mal\b aufrufe leute
heure jour semaine mois\b ans\b fois\b vue abonne personne
hora dia semana mes\b meses ano veces vezes puntos ponto vista seguidor persona pessoa
ore\b giorn settiman mesi anni volte visualizz
godzin dni\b tygodni miesi lat\b razy osob wyswietl zlot
saat gun\b hafta yil\b kez\b puan takipci kisi izlenme
час дн[яе] недел месяц лет\b раз\b очк балл просмотр подписчик человек
元 块 円 年 月 日 个 個 人 次 回 分 点 小时 时间 時間 天 万 亿 億 再生 粉丝 播放 观看
ريال درهم جنيه دولار يوم سنة ساعة مرة متابع مشاهد نقطة شخص"""

# What may stand between a number and the word for what it is, if the number comes first.
COPULAS = """
is was are being it's its that's thats which
lautet lautete ist war heisst waren sind luidt betreft zijn
est etait c'est sont es era son sao e sono era jest byl to это был является هو هي كان
是 为 為 就是 は が"""
NUMBERED = """
numarali numaralari nolu no'lu nr'li nr'lu sayili kodlu referansli"""
ATTRIBUTES = """
の という 番の 号の 番 号 號 的 号的 這個 这个 这笔 这张 这份 这一 这 那个 那笔 那张 那份 這筆 這張 该 番という"""
NUMBER_NOUNS = """
number num nbr no nr n° № # id code ref nummer nummern numero numer numerem numara numarasi номер номером
رقم
رقمه برقم codigo codice kod 番号 号码 编号 編號
"""
MINE = """
my our mijn mn m'n ons onze mein meine meiner meines unser unsere mon ma mes notre nos mi mis nuestro
nuestra meu minha nosso nossa mio mia nostro nostra moj moja moje mojego mojej nasz nasze мой моя моё мое моего
моей наш наша нашего benim bizim 我的 我 我们的 私の"""
MINE_NOUNS = """
siparisim siparislerim kargom gonderim faturam rezervasyonum biletim talebim sikayetim hesabim
طلبي طلبيتي شحنتي فاتورتي حجزي حسابي"""
FILLERS = """
the this that your new late original correct de het der die das dem den deze dit dieser le la les l
el lo il o a os um uma un una une ein eine een ten ta этот эта то bu o olan son yeni ve ilk eski bir ile
online bestel هذا هذه"""
OF = """
of van von vom des du de d del della dello dell do da di der zu zum zur au"""
FOR = """
for regarding re about on from as with i have had an voor over met heb ik fur zu wegen mit habe ich hatte
pour avec j'ai j para con por tengo com tenho em per ho na dla z mam do на для по у меня по للطلب icin"""

# The last digits of a number; "_" stands for a space.
ENDING_IN = r"""
end(?:s|ing)?_(?:in|with)(?:_the_(?:digits|numbers))? ending(?:_number)? ends
eindig(?:t|end|de)_(?:op|met|in) eindigend end(?:et|end)_(?:auf|mit|in) mit_(?:der_)?endung endziffern?
endnummer
(?:se_|qui_)?(?:termin\w{1,5}|finiss?\w{0,4}|fini)_(?:par|en|por|em|con|per|in|com)
acaba(?:d[ao]|ndo)?_(?:en|em|por)
(?:com|cartao|conta)_final(?:_(?:em|do|da))? konc(?:zac[aey]\w{0,3}|zy)_sie_(?:na|cyframi)
koncowk[aei]\w{0,2}
(?:за|о)канчива\w{2,6}_на с_окончанием sonu son_hanesi
(?:ال)?(?:تنتهي|ينتهي|منتهية|منتهي)_ب(?:الرقم|ـ|رقم)?
尾号(?:为|是)? 尾號(?:為|是)? 末尾(?:が|は)?
"""
LAST_DIGITS = r"""
last_(?:4|four|3|three|five|5|6|six)_(?:digits?|numbers?|nums?)
last_(?:4|four)(?:_(?:of|on|are|is|for))?(?=[\s:=#(]{1,3}(?:my|the|is|are|[0-9]{4}\b|card|acc))
laatste_(?:4|vier|3|drie)_(?:cijfers?|nummers?) letzten?_(?:4|vier|drei|3)_(?:ziffern|stellen|zahlen)
(?:4|quatre|trois|3)_derniers_(?:chiffres|numeros) derniers_(?:4|quatre)_chiffres
(?:4|quatro|cuatro|tres)_ultimos_(?:digitos|numeros)
ultim[oa]s_(?:4|cuatro|quatro|tres|3)_(?:digitos|cifras|numeros)
ultime_(?:4|quattro|tre|3)_cifre (?:4|quattro)_ultime_cifre
ostatni\w{1,2}_(?:4|cztery|trzy|3)_cyfr\w? son_(?:4|dort|uc|3)_(?:hane|rakam|numara)\w{0,6}
последн\w{2}_(?:4|четыре|три|3)_цифр\w? آخر_(?:4|اربعة|أربعة|اربع|أربع)_(?:أرقام|ارقام|خانات)
(?:后|後|末)(?:四|4)(?:位|碼|码)(?:数|號|号)? 最后(?:四|4)位 下(?:四|4)(?:桁|けた)
"""
DIGITS_END = r"""
_eind(?:igt|igend) _end(?:et|end) _ile_bit\w{2,5} _ile_sonlan\w{2,6} で終わる で終わり 结尾 結尾
_заканчива\w{2,6} _are_the_last _(?:is|are)_(?:my|the)_last_(?:4|four)"""
