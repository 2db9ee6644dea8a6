"""Whether a telephone number is the brand's own line, which everybody may know."""

import re
from functools import cache

from carebot.privacy.recognizers.context import alternatives

# Said of a line that is open to all; "_" stands for a space. In lower case, without accents.
_WORDS = r"""
hotline helpline help_line customer_service_line customer_care_line service_line
public_(?:line|number|phone) toll-?_?free free_?phone
your_(?:public|official|main|general|real|hotline|customer|support|service|care|switchboard)
official_(?:number|line)
(?:on|from|off)_(?:your|the|ur)_(?:web)?_?site on_your_(?:page|homepage|invoice) your_number your_line
your_(?:web)?site switchboard
klantenservice\w* servicenummer\w* infolijn openbare? jullie_(?:nummer|site|website|lijn)
op_(?:de|jullie)_(?:web)?site
offentliche\w* kundenservice\w* kundenhotline servicehotline servicenummer eure_(?:nummer|hotline)
eurer_(?:web)?(?:site|seite) auf_der_(?:web)?(?:site|seite|homepage)
numero_vert numero_public service_client\w* votre_(?:numero|ligne|standard|hotline|site)
sur_(?:le|votre)_site
telefono_publico numero_publico atencion_al_cliente linea_de_atencion vuestr[oa]_(?:telefono|numero|linea)
(?:en|de)_(?:la|su|vuestra)_(?:web|pagina)
su_(?:linea|numero_publico) linea_gratuita gratuito
sac linha_(?:publica|de_apoio|gratuita) apoio_ao_cliente (?:vosso|vossa)_(?:numero|linha)
no_(?:site|vosso_site) atendimento_ao_cliente central_de_atendimento
numero_verde vostro_numero assistenza_clienti servizio_clienti sul_(?:sito|vostro_sito) centralino
infolini\w* wasza_\w+ wasz_(?:numer|publiczny) publiczn\w+ na_(?:stronie|waszej_stronie) ze_stopki
ogolnodostepn\w+
musteri_hizmet\w* cagri_merkez\w* genel_(?:hat|numara)\w* sitenizde\w* danisma_hatti hattiniz\w*
destek_hatti
горяч\w{2}_лини\w общ\w{2,3}_номер (?:с|на)_(?:вашего_)?сайт\w публичн\w+ справочн\w+ колл-?_?центр\w*
ваш_номер номер_поддержки бесплатн\w+_номер
热线 熱線 客服(?:电话|電話|专线|專線) 官方 官网 官網 免付费 免付費 專線 专线 总机 總機
ナビダイヤル フリーダイヤル 公式 代表番号 窓口 カスタマーセンター コールセンター サポートセンター
الخط_الساخن خط_ساخن خطكم رقمكم على_(?:الموقع|موقعكم) خدمة_العملاء الرقم_الموحد المجاني مركز_الاتصال
"""

# Free, shared-cost, premium and company-wide numbers of many countries: nobody's at home.
_SERVICE = re.compile(
    r"""
    \(? (?: 8[ -]?800 | 8[ -]?804 | 0[ ]?8[0-9]{2} | 0[ ]?[39]00 | 0[37][0-9]{2} | 0[ ]?180 | 800 | 80[1348] | 90[0-2]
      | 8(?:33|44|55|66|77|88) | 1[- ]8(?:00|33|44|55|66|77|88) | 199 | 70[0178] | 440[ ]? | 444
        | 400 | 40[04]\d | 0?120 | 0570 | 0850
      | 9200 | 19\d{3}$ | 16\d{3}$ | 955\d\d$ | 111\d | 1[05]\d{3}$ ) (?: (?=[ ()./-]) | [0-9 ()./-]*$ )""",
    re.VERBOSE,
)
_COUNTRY = re.compile(r"^(?:\+|00)(?=[1-9])[0-9]{1,3}[ -](?:\(0\))?|^00(?=800)")
_NEAR, _WINDOW = 14, 70
_PERSONAL = re.compile(
    r"\b(?:me|my|mijn|mich|mein\w*|moi|mon|mi|meu|minha|mio|moj\w*|mnie|beni|bana|benim)\b|мне|мой|我|私|كلمني"
)


def mentions_line(plain: str) -> bool:
    """Whether a text speaks of such a line at all; asked once, before its numbers are looked at."""
    return _line().search(plain) is not None


def is_hotline(plain: str, start: int, end: int) -> bool:
    """Whether words beside the number in start..end say that it is the brand's.

    A number of a service's shape needs them in the neighbourhood, any other right before or behind it.
    """
    is_service = _SERVICE.match(_COUNTRY.sub("", plain[start:end])) is not None
    reach = _WINDOW if is_service else _NEAR
    before, after = plain[max(0, start - reach) : start], plain[end : end + reach]
    if not (_line().search(before) or _line().search(after)):
        return False
    return _PERSONAL.search(plain, max(0, start - 25), start) is None


@cache
def _line() -> re.Pattern[str]:
    words = alternatives(word.replace("_", r"\s") for word in _WORDS.split())
    return re.compile(rf"(?<![a-zа-яёء-ي])(?:{words})")
