"""The words that tell what a number is, in 13 languages (en nl de fr es pt it pl tr, ru zh ja ar).

Written in lower case without accents, as `Searchable.plain` is; "_" stands for a space. A word stands for
everything that begins with it: "bestell" is in "Bestellung" and in "Bestellnummer".
"""

ORDER = """
ord_n ord# ord: ord. dhl fedex usps dpd_ gls_ hermes ups_ royal_mail postnl bpost colissimo chronopost
inpost correos
rechnungsnr re-nr auftragsnr beleg retoure bon_de_commande achat virement orden_ orden: comprobante boleto
referencia referenc ordem_ comprovante transac transaz transakc riferimento ricevuta reso_ potwierdzeni dekont
referans islem_ bilet_n транзакц чек_ бронир отслежив номер_для_отслеж 交易 流水 退款单 顺丰 圆通 中通 韵达
申通 京东
取引 管理番号 معاملة المرجع مرجع اوردر إيصال
order purchase booking reservation confirmation reference ref# ref. ref: ref_ invoice receipt transaction
tracking parcel shipment shipping consignment waybill awb pnr rma delivery_n package_n transfer_id refund_id
refund_n return_label return_n
bestel zending pakket factuur boeking reservering track_& trackingcode ordernr kenmerk
bestell auftrag rechnung buchung sendung paket lieferung referenz reservierung
commande colis facture suivi livraison
pedido compra factura reserva localizador envio guia seguimiento paquete recibo
encomenda rastreio rastreamento fatura nota_fiscal entrega remessa
ordine ordin spedizion fattura prenotazion acquist tracciament pacco
zamowi przesylk faktur rezerwacj paczk paragon
siparis kargo gonderi fatura rezervasyon takip
заказ посылк отправлени бронь брони накладн трек счет-фактур квитанц
订单 單號 单号 快递 物流 运单 订购 预订 发票 訂單 采购
注文 予約 伝票 追跡 オーダー 配送番号 受注 領収
طلب الطلب طلبي طلبية حجز الحجز فاتورة الفاتورة الشحنة شحنة تتبع التتبع
"""

TICKET = """
aktenzeichen az. az: storung reklamation aanvraag storings intervention requete plainte reporte_n caso:
solicitud_n
solicitac ocorrencia guasto richiesta: sygnatur wnios skarg awari ariza заявлен претензи 客服单 服务单 問合
استفسار
ticket case_ case# case: casenumber incident service_request support_request complaint sr# sr_ report_n
claim support_id helpdesk
zaaknummer zaak_ melding klacht dossier meldingsnummer
vorgang fallnummer anfrage beschwerde stornummer ticketnummer fall-nr
dossier reclamation signalement demande_n sinistre
incidencia reclamo caso_ expediente queja reclamacion consulta_n folio radicado
chamado protocolo reclamacao atendimento ocorrencia processo_n
segnalazione reclamo pratica richiesta_n
zgloszen sprawa sprawy reklamacj tiket
talep sikayet kayit_n destek_n basvuru
обращени тикет заявк инцидент жалоб
工单 投诉 案件 受理 问题单 报修
チケット 問い合わせ 受付番号 ケース番号 整理番号 ケース
تذكرة التذكرة بلاغ البلاغ شكوى الشكوى
"""

ACCOUNT = """
acc_ acc: acc. acct. sub_id subscriber kd-nr kdnr kundennr ku-nr zahlernummer kassenzeichen n°_client abonne
ligne_n
suscriptor linea_n instalac utenza matricola cod._cliente tesisat абонентск
account acct a/c customer client membership member_n member_id user_id userid policy contract
subscription loyalty frequent_flyer sort_code routing iban serial imei meter_n sim_n iccid
patient_n student_n employee_n device_id license_key
klant rekening lidmaat polis abonnement contractnummer serienummer relatienummer
kunde konto mitglied vertrag versicherungsnummer seriennummer benutzer-id kontonr
compte numero_client adherent contrat abonne numero_de_serie
cuenta cliente socio contrato poliza numero_de_serie usuario_n
conta_ conta: assinatura contrato apolice matricula utente numero_de_contribuinte
conto_ conto: cliente tessera contratto polizza abbonament codice_utente
klient numer_konta umow polis abonent
musteri hesap abone uyelik police sozlesme seri_n
счет лицев клиент договор аккаунт карта_лояльности полис серийн абонент
账号 帐号 账户 客户 会员 合同 序列号 卡号 帳號 户号 保单
口座 会員 顧客 お客様番号 お客様id 契約 アカウント シリアル 製造番号 ユーザーid
حساب الحساب حسابي العميل عميل عضوية العضوية العقد عقد اشتراك الاشتراك التسلسلي
"""

NATIONAL_ID = """
rut_ rut:
ssn social_security national_insurance nino nhs_n passport driver's_licen drivers_licen
driving_licen driver_licen licence_n license_n national_id id_card identity_card aadhaar taxpayer tax_id
social_insurance id_number
bsn burgerservice sofinummer paspoort rijbewijs identiteitskaart rijksregister
personalausweis ausweis reisepass steuer-id steuerid steuernummer sozialversicherung fuhrerschein ahv
securite_sociale numero_de_secu passeport permis_de_conduire carte_d'identite cni_
dni_ dni: nif cedula pasaporte curp rfc_ seguridad_social cuit cuil documento_de_identidad carnet_de_conducir
cpf cnh_ passaporte contribuinte bilhete_de_identidade cartao_de_cidadao registro_geral identidade
codice_fiscale passaporto carta_d'identita patente partita_iva
pesel paszport dowod dowodu nip_ nip: prawo_jazdy
kimlik t.c. tc_no tckn pasaport ehliyet
паспорт снилс инн водительск
身份证 护照 驾驶证 证件 身分證 社保
マイナンバー パスポート 旅券 免許証 在留カード 個人番号
الهوية هوية هويتي جواز الجواز الرقم_القومي الإقامة القومي
"""

PHONE = """
llam ligar anruf bellen bel_ dzwon appel chiamat hatt mi_tel my_no. num_de_tel звон позвон набер
номер_телефона
phone telephone tel. tel: tel_ mobile cell call_ call: calling ring_me whatsapp text_me sms
contact_n
my_number_is reach_me landline telefon fax number:
telefoon mobiel gsm bel_me bel_mij belt_u bereikbaar 06-nummer
handy rufnummer mobil festnetz ruf_mich ruft_mich anruf erreichbar erreichen_sie_mich
appelez joindre portable numero_de_tel joignable mon_numero rappel
llamame llamenme llamar movil celular mi_numero contacto
telemovel ligue_ liguem zap_ meu_numero telefone contato contacto
chiamami chiamatemi cellulare telefono mio_numero recapito
komork zadzwon dzwonic moj_numer
cep_tel cep_no ceptel arayin ara_beni gsm ulasabilirsiniz telefonum
телефон тел. тел: моб. мобильн позвони звони номер_для_связи мой_номер ватсап вотсап
电话 手机 联系 致电 微信 打给我 电話 手機
電話 携帯 連絡先 tel fax
هاتف الهاتف هاتفي جوال الجوال جوالي موبايل الموبايل اتصل واتساب رقمي تلفون
"""

CARD = """
credit_card debit_card card visa mastercard amex creditcard bankpas kreditkarte kartennummer carte
tarjeta cartao carta_di carta_n carta_che carta_termina karty karta karte_ karte, kart_ kartim kartin karttan kartla
kaart_ kaart, pinpas girocard ec-karte pan:
карт 信用卡 银行卡 储蓄卡 借记卡 カード クレジット بطاقة البطاقة بطاقتي
"""

SECURITY_CODE = "cvv cvc cvv2 cvc2 cid:"

BIRTH = """
born birth dob_ dob: dob= d.o.b birthday birthdate
geboren geboorte geb. geburt
ne_le nee_le naissance
nacid nacimiento naci_ nasc data_de_nasc nato_ nata_ nascita nasci_
urodz ur.
dogum dogdum
родил рожден д.р. 生日 出生 生年月日 誕生日 生まれ ميلاد الميلاد ميلادي مواليد ولدت
"""

ADDRESS = """
lives_at living_at live_on lives_on based_at located_at zu_hause_in vive_en vivo_na residenc recapit mieszka
otur проживаю 家住 家は
address live_at live_in ship_to deliver_to delivered_to moved_to my_house send_it_to
adres woon woonachtig
adresse wohne wohnhaft anschrift lieferadresse
habite
direccion domicilio vivo_en
endereco moro_ morada
indirizzo abito residente consegna
mieszkam zamieszk
adresim ikamet
адрес живу 地址 住址 收货 送到 住所 届け先 عنوان العنوان عنواني أسكن
"""

TEST = """
test example sample dummy fake placeholder e.g. demo_
voorbeeld beispiel exemple essai ejemplo prueba exemplo teste esempio prova przyklad testow ornek deneme
пример тест 测试 示例 テスト サンプル 例えば تجريبي تجربة مثال
"""

# What follows one of these is a thing or an edition of a thing, not a person's number.
HARMLESS = """
error err_ err: version ver. build model firmware ios_ android windows macos flight gate_ page level patch
kb_ update
issue cve season episode route train isbn ean_ barcode sku part_number item_n radeon geforce rtx gtx iphone
galaxy pixel
playstation ps4 ps5 xbox ryzen status_code score highscore hash commit appid app_id release edition
foutcode fout_ foutmelding versie vlucht modelnummer artikelnummer
fehler flug modell artikelnr version
erreur vol_ modele reference_produit
version vuelo modelo
erro_ erro: versao voo_
errore versione volo modello
blad bledu wersj lot_ lotu
hata surum ucus guncelleme
ошибк верси рейс модел обновлени сборк артикул код_ошибки
错误 版本 航班 型号 报错 错误码 第
エラー バージョン 便 型番 モデル 品番
خطأ إصدار الإصدار رحلة الرحلة موديل الخطأ
"""

# The lists below are alternatives of regular expressions.

# "number" and its kin: with one of these beside it, "order" means an order number and not an order.
NUMBER_WORDS = r"""
number numbr num\b num\. no\. nos?\s?: no\b(?!\s[a-z]) no\sis\b nr\b nr\. n° n\.\s?o id\b code ref nummer
numero numeri numer\b numeru numara
nolu kimlik номер код رقم codigo codice kod\b kodu localizador locator pnr awb tracking seguimiento id:
"""
NUMBER_SIGNS = "# № 号 號 コード"

# Words that may stand between "order" and its number.
LINKS = r"""
number numbers num no nos nr id ids code ref reference is was are the my our your with of for and it its
it's this here
that confirmation details to account customer order ticket case invoice booking n o
nummer het de mijn van met ist meine mein der die das lautet unter mit und en
numero du la le mon ma est et sous
es el mi del los las con y a e da do meu minha com na sob il mio mia della dello
numer moj moja moje jest numerze i nazwie
numarasi numaram nolu numarali kodum kodu ve
номер номером под это мой моего за и
رقم هو رقمه الخاص بي برقم هي
"""

# Units and things that are counted, right after a number: then it is an amount.
UNITS = r"""
% € \$ £ ¥ ₺ ₽ ₹ zł usd\b eur gbp\b dollar dolar buck pound peso reais rupee rupia lira tl\b zl\b pln\b rub
руб yen
view sub(s|scriber) follow like point pts\b coin credit gems? gold\b xp\b rp\b vp\b kills? games? user
people player play
stream gb\b mb\b tb\b kb\b gib\b mib\b ghz mhz hz\b fps kbps mbps byte bit px\b pixel mah\b watt
km\b mile meter metre kg\b lbs?\b gram ml\b cm\b mm\b g\b m\b
hour hrs?\b min(s|ute)?s?\b second secs?\b ms\b days?\b weeks?\b month years?\b times?\b
uur\b minut dag week weken maand jaar keer punt volger weergav mensen stuk
stunde tag(e|en)?\b woche monat jahr mal\b aufrufe leute
heure jour semaine mois\b ans\b fois\b vue abonne personne
hora dia semana mes\b meses ano veces vezes puntos ponto vista seguidor persona pessoa
ore\b giorn settiman mesi anni volte visualizz
godzin dni\b tygodni miesi lat\b razy osob wyswietl zlot
saat gun\b hafta yil\b kez\b puan takipci kisi izlenme
час дн[яе] недел месяц лет\b раз\b очк балл просмотр подписчик человек
元 块 円 年 月 日 个 個 人 次 回 分 点 小时 时间 時間 天 万 亿 億 再生 粉丝 播放 观看
ريال درهم جنيه دولار يوم سنة ساعة مرة متابع مشاهد نقطة شخص
"""

# What may stand between a number and the word for what it is, if the number comes first.
COPULAS = """
is was are being it's its that's thats which
lautet lautete ist war heisst waren sind luidt betreft zijn
est etait c'est sont es era son sao e sono era jest byl to это был является هو هي كان
是 为 為 就是 は が
"""
NUMBERED = """
numarali numaralari nolu no'lu nr'li nr'lu sayili kodlu referansli
"""
ATTRIBUTES = """
の という 番の 号の 番 号 號 的 号的 這個 这个 这笔 这张 这份 这一 这 那个 那笔 那张 那份 這筆 這張 该 番という
"""
NUMBER_NOUNS = """
number num nbr no nr n° № # id code ref nummer nummern numero num numer numerem numara numarasi номер номером رقم
رقمه برقم codigo codice kod 番号 号码 编号 編號
"""
MINE = """
my our mijn mn m'n ons onze mein meine meiner meines unser unsere mon ma mes notre nos mi mis nuestro
nuestra meu minha nosso nossa mio mia nostro nostra moj moja moje mojego mojej nasz nasze мой моя моё мое моего
моей наш наша нашего benim bizim 我的 我 我们的 私の
"""
MINE_NOUNS = """
siparisim siparislerim kargom gonderim faturam rezervasyonum biletim talebim sikayetim hesabim
طلبي طلبيتي شحنتي فاتورتي حجزي حسابي
"""
FILLERS = """
the this that your new late original correct de het der die das dem den deze dit dieser le la les l
el lo il o a os um uma un una une ein eine een ten ta этот эта то bu o olan son yeni ve ilk eski bir ile
online bestel هذا هذه
"""
OF = """
of van von vom des du de d del della dello dell do da di der zu zum zur au
"""
FOR = """
for regarding re about on from as with i have had an voor over met heb ik fur zu wegen mit habe ich hatte
pour avec j'ai j para con por tengo com tenho em per ho na dla z mam do на для по у меня по للطلب icin
"""

# The last digits of a number; "_" stands for a space.
ENDING_IN = r"""
end(?:s|ing)?_(?:in|with)(?:_the_(?:digits|numbers))? ending(?:_number)? ends
eindig(?:t|end|de)_(?:op|met|in) eindigend end(?:et|end)_(?:auf|mit|in) mit_(?:der_)?endung endziffern?
endnummer
(?:se_|qui_)?(?:termin\w{1,5}|finiss?\w{0,4}|fini)_(?:par|en|por|em|con|per|in|com) acaba(?:d[ao]|ndo)?_(?:en|em|por)
(?:com|cartao|conta)_final(?:_(?:em|do|da))? konc(?:zac[aey]\w{0,3}|zy)_sie_(?:na|cyframi) koncowk[aei]\w{0,2}
(?:за|о)канчива\w{2,6}_на с_окончанием sonu son_hanesi
(?:ال)?(?:تنتهي|ينتهي|منتهية|منتهي)_ب(?:الرقم|ـ|رقم)?
尾号(?:为|是)? 尾號(?:為|是)? 末尾(?:が|は)?
"""
LAST_DIGITS = r"""
last_(?:4|four|3|three|five|5|6|six)_(?:digits?|numbers?|nums?)
last_(?:4|four)(?:_(?:of|on|are|is|for))?(?=[\s:=#(]{1,3}(?:my|the|is|are|[0-9]{4}\b|card|acc))
laatste_(?:4|vier|3|drie)_(?:cijfers?|nummers?) letzten?_(?:4|vier|drei|3)_(?:ziffern|stellen|zahlen)
(?:4|quatre|trois|3)_derniers_(?:chiffres|numeros) derniers_(?:4|quatre)_chiffres
(?:4|quatro|cuatro|tres)_ultimos_(?:digitos|numeros) ultim[oa]s_(?:4|cuatro|quatro|tres|3)_(?:digitos|cifras|numeros)
ultime_(?:4|quattro|tre|3)_cifre (?:4|quattro)_ultime_cifre
ostatni\w{1,2}_(?:4|cztery|trzy|3)_cyfr\w? son_(?:4|dort|uc|3)_(?:hane|rakam|numara)\w{0,6}
последн\w{2}_(?:4|четыре|три|3)_цифр\w? آخر_(?:4|اربعة|أربعة|اربع|أربع)_(?:أرقام|ارقام|خانات)
(?:后|後|末)(?:四|4)(?:位|碼|码)(?:数|號|号)? 最后(?:四|4)位 下(?:四|4)(?:桁|けた)
"""
DIGITS_END = r"""
_eind(?:igt|igend) _end(?:et|end) _ile_bit\w{2,5} _ile_sonlan\w{2,6} で終わる で終わり 结尾 結尾
_заканчива\w{2,6} _are_the_last _(?:is|are)_(?:my|the)_last_(?:4|four)
"""
