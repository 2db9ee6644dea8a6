"""Booking codes of six capitals and digits, as airlines and hotels give them: "PNR ZKQWLR"."""

import re
from collections.abc import Iterator

from carebot.core.finding import EntityKind, Finding
from carebot.privacy.recognizers.searchable import Searchable

# Airlines' booking codes have six capital letters or digits; without a digit only this tells them.
_BOOKING_CODE = re.compile(
    r"""
    (?i: booking | check-?in | reservation | confirmation | buchungs\w* | boekings\w* | reservering\w*
       | r[ée]servation | reserva | prenotazione | rezerwacj\w* | rezervasyon | брон\w*
       | 訂位代號 | 订位代码 | الحجز | حجز | 予約 | 预订 | \b pnr | localizador | locator )
    \s? (?i: ref(?:erence)? | code | number | n[ro]\.? | locator | pnr | kodu | codice | 番号 | 号 )?
    \s{0,2} (?: [:=#] | (?i: is | ist | es | è | est | to | jest | は | 是 ) \s? )? \s{0,2}     # is, :
    (?P<code> (?! [0-9]{6} | [A-Z]{2}[0-9]{4} ) [A-Z0-9]{6} ) (?! [A-Za-z0-9_] )   # all digits, a flight: no
    """,
    re.VERBOSE,
)

# With letters and digits mixed, the word may stand farther off.
_BOOKING = r"""(?i:
    booking|bkg|check-?in|reserv|record \s locator|locator|\bpnr\b|confirmation|boarding
      |flight \s (?:code|ref)|ticket|buchung|boeking|reserv
  | r[ée]serv|dossier|prenotaz|bigliett|localizador|localizator|rezerw|rezerv|bilet|бро[нн]|билет|pnr
  | الحجز|حجز|予約|预订|預訂|预定|預定|訂位|订位|訂房|订房|訂票|订票
  |票号|票號|確認番号|确认号|機票|机票|voucher|e-?ticket|\border\b|订单
    |訂單|注文|pedido|sipari|заказ|commande|ordine|bestell|encomenda )"""
_MIXED_CODE = re.compile(
    r"(?<![A-Za-z0-9_#@/-])(?=[A-Z0-9]*[0-9])(?![A-Z]{2}[0-9]{4})(?=[0-9]{0,4}[A-Z])[A-Z0-9]{6}(?![A-Za-z0-9_-])"
)
_BOOKING_ANYWHERE = re.compile(_BOOKING, re.VERBOSE)
_BOOKING_BEFORE = re.compile(rf"{_BOOKING} [^0-9<>.!?\n]{{0,30}} $", re.VERBOSE)
_BOOKING_AFTER = re.compile(rf"[\s,:(]{{0,3}} (?:[^\s0-9<>.!?]{{1,12}}\s){{0,2}} {_BOOKING}", re.VERBOSE)
_SIX_CAPITALS = re.compile(r"(?<![A-Za-z0-9_])[A-Z0-9]{6}(?![A-Za-z0-9_])")
_SHOUTED = "PLEASE NUMBER CANCEL REFUND THANKS ONLINE STATUS CHANGE HOTELS UPDATE ISSUES SYSTEM"


def find_booking_codes(searched: Searchable) -> Iterator[Finding]:
    """Six capitals and digits behind a word for bookings; text in capitals may fool it."""
    if _SIX_CAPITALS.search(searched.whole) is None:
        return
    whole = searched.whole
    for match in _BOOKING_CODE.finditer(whole):
        if match["code"] not in _SHOUTED.split():
            start, end = match.span("code")
            yield Finding(kind=EntityKind.ORDER_NUMBER, start=start, end=end, recognizer="reference")
    for match in _MIXED_CODE.finditer(whole) if _BOOKING_ANYWHERE.search(whole) else ():
        start, end = match.span()
        if _BOOKING_BEFORE.search(whole, max(0, start - 45), start) or _BOOKING_AFTER.match(whole, end):
            yield Finding(kind=EntityKind.ORDER_NUMBER, start=start, end=end, recognizer="reference")
