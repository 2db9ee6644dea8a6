"""The words that tell what a number is, in 13 languages (en nl de fr es pt it pl tr, ru zh ja ar).

Written in lower case without accents, as `Searchable.plain` is; "_" stands for a space. A word stands for
everything that begins with it: "bestell" is in "Bestellung" and in "Bestellnummer".
"""

ORDER = """
bilet_ bilet: билет
evri yodel parcelforce aramex smsa tnt_ corriere brt_ sda_ yurtici_ aras_ mng_ ptt_ mondial_relay
relais_colis seur mrw_ correios jadlog ctt_
poczta_polska paczkomat сдэк cdek boxberry почты_росс
ヤマト 佐川 ゆうパック クロネコ أرامكس ارامكس سمسا 菜鸟 極兔 极兔 黑貓 黑猫
package record_locator locator e-ticket eticket dossier_voyage dossier_de_voyage dossier_resa lieferschein
retourennr sendungsnr
albaran rastreo numero_de_rastreo objeto_ lettera_di_vettura bollett ldv_ retournummer list_przewozowy
nr_zam irsaliye
рпо_ отправк чека зак. ord.nr
订位 訂位 訂房 订房 訂票 订票 包裹 貨運 货运 快遞 快件 運單 訂購 取件
確認碼 确认码 确认号 票号 票號 機票 机票 預約 预约 预定 預訂 發票
荷物 宅配 出荷 送り状 確認番号 発注 領収書 便の予約
كومند كوموند كماند الكوموند الطرد طرد الحجز بوليصة_الشحن أوردر الأوردر الاوردر اوردرى التوصيلة
ord_n ord# ord: ord. dhl fedex usps dpd_ gls_ hermes ups_ royal_mail postnl bpost colissimo chronopost
inpost correos
rechnungsnr re-nr auftragsnr beleg retoure bon_de_commande achat virement orden_ orden: comprobante boleto
referencia referenc ordem_ comprovante transac transaz transakc riferimento ricevuta reso_ potwierdzeni
dekont
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
siparis kargo gonderi rezervasyon takip
заказ посылк отправлени бронь брони накладн трек счет-фактур квитанц
订单 單號 单号 快递 物流 运单 订购 预订 发票 訂單 采购
注文 予約 伝票 追跡 オーダー 配送番号 受注 領収
طلب الطلب طلبي طلبية حجز فاتورة الفاتورة الشحنة شحنة تتبع التتبع
"""

TICKET = """
taleb ariza_kay cagri_n dilekce kaydi_
siniestro sinistro szkod hasar_ dosya_ убыт страховой_случай 理赔 理賠 事故 المطالبة مطالبة schadennr schadenfall
enquiry_n query_n escalation request_n case_ref complaint_ref casenr klachtnr meldingsnr storingsnummer
anliegen ticketnr ticket-nr fallnr schaden vorgangsnr numero_d'incident n°_incident sav_n ticket_sav
tique_ averia parte_n queixa avaria ticket_n numero_pratica n._pratica nr_sprawy reklamac usterk bildirim
basvuru destek
рекламац заявк запрос обращ
客訴 客诉 申訴 申诉 報修 报修 案號 案号 个案 個案 投訴 工單 回報 维修单 維修單 售后单 問題單 反馈 反饋 服務單
修理 再修理 受付 お問合せ 問合せ クレーム 苦情 お問い合わせ
تذكره التذكره الشكوي شكاية الشكاية شكايتي البلاغ طلب_الدعم طلب_الصيانة
aktenzeichen az. az: storung reklamation aanvraag storings intervention requete plainte reporte_n caso:
solicitud_n
solicitac ocorrencia guasto richiesta: sygnatur wnios skarg awari ariza заявлен претензи 客服单 服务单 問合
استفسار
ticket case_ case# case: casenumber incident service_request support_request complaint sr# sr_ report_n
claim support_id helpdesk
zaaknummer zaak_ melding klacht dossier meldingsnummer
vorgang fallnummer anfrage beschwerde stornummer ticketnummer fall-nr
reclamation signalement demande_n sinistre
incidencia reclamo caso_ expediente queja reclamacion consulta_n folio radicado
chamado protocolo reclamacao atendimento processo_n
segnalazione pratica richiesta_n
zgloszen sprawa sprawy reklamacj tiket
talep sikayet kayit_n destek_n
обращени тикет инцидент жалоб
工单 投诉 案件 受理 问题单
チケット 問い合わせ 受付番号 ケース番号 整理番号 ケース
تذكرة التذكرة بلاغ شكوى الشكوى
"""

ACCOUNT = """
student_id staff_id employee_id library_ travel_card oyster_ ogrenci_no matricule
gas_meter electric_meter electricity_meter water_meter smart_meter my_meter our_meter mpan mprn mpxn
supply_n meter: customer_ref account_ref gym_member insurance_n insured_n bonus_card reward miles_
klantnr ean-code meternr lidnr polisnr relatienr treuekarte bonuskarte kundenkarte mitgliedsnr payback
zahler zahlpunkt
marktlokation vertragskonto policennr versicherungsschein versicherungsnr personalnr
pdl_ pdl: prm_ pce_ compteur police_n n°_police ref_client reference_client carte_fidelite carte_de_fidelite
fidelite
medidor contador cups_ nis_ suministro afiliado abonado nro_de_cuenta no._de_cuenta millas
cpe_ cui_ unidade_consumidora codigo_do_cliente numero_da_conta milhas cartao_continente
pod: pdr_ contatore contator cod_cliente codice_cliente n._cliente tessera_punti fedelta raccolta_punti
licznik ppe_ nr_klienta lojaln numer_umowy programie_lojal
sayac milleri puanlari uye_no uyeligi poliçe sadakat
счетчик бонусн лояльност л/с л.с. миль
保單 保险单 保險 合約 合约 客戶 會員 戶口 賬戶 賬號 帳戶 电表 電表 電錶
水表 水錶 表号 表號 錶號 戶號 用户号 用戶 燃气 瓦斯 卡號
証券番号 証券 保険 メーター 供給地点 診察券 ポイントカード マイレージ 会員証 お客さま
عداد العداد وثيقة الوثيقة بوليصة البوليصة الولاء ولاء النقاط العضويه عقدي اشتراكي كونطرا الكونطور كونطور
acc_ acc: acc. acct. sub_id subscriber kd-nr kdnr kundennr ku-nr zahlernummer kassenzeichen n°_client abonne
ligne_n
suscriptor linea_n instalac utenza matricola cod._cliente tesisat абонентск
account acct a/c customer client membership member_n member_id user_id userid policy contract
subscription loyalty frequent_flyer sort_code routing iban serial imei meter_n sim_n iccid
patient_n student_n employee_n device_id license_key
klant rekening lidmaat polis abonnement contractnummer serienummer relatienummer
kunde konto mitglied vertrag versicherungsnummer seriennummer benutzer-id kontonr
compte numero_client adherent contrat numero_de_serie
cuenta cliente socio contrato poliza usuario_n
conta_ conta: assinatura apolice matricula utente numero_de_contribuinte
conto_ conto: tessera contratto polizza abbonament codice_utente
klient numer_konta umow abonent
musteri hesap abone uyelik police sozlesme seri_n
счет лицев клиент договор аккаунт карта_лояльности полис серийн абонент
账号 帐号 账户 客户 会员 合同 序列号 卡号 帳號 户号 保单
口座 会員 顧客 お客様番号 お客様id 契約 アカウント シリアル 製造番号 ユーザーid
حساب الحساب حسابي العميل عميل عضوية العضوية العقد عقد اشتراك الاشتراك التسلسلي
"""

NATIONAL_ID = """
驾照 駕照 台胞证 台胞證 通行证 通行證
nhs_ titre_de_sejour residence_permit permesso_di_soggiorno verblijfs aufenthaltstitel karta_pobytu
oturma_izni внж личный_номер
pps_ ppsn pps: my_social svnr sv-nr sv-nummer sozialversicherungsn versicherungsnummer_der ahv-n
personnummer
n°_secu secu_ num_secu nir_ numero_national registre_national niss cin_ carte_nationale
rfc: c.i. ci_ carnet_de_identidad documento_ cc_ citizen_card numero_de_identificacao rg_ rg: cartao_cidadao
bi_n
cod._fiscale cod_fiscale cf_ cf: c.f. carta_identita
dowod_os nr_dowodu legitymacj nufus ehliyet tc:
снилс паспорт загран
身分證 身份证号 身份證 居民证 居留證 居留证 護照 港澳通行证 回乡证 健保卡
保険証 運転免許 住民票 年金番号 パスポート番号
الإماراتية الاماراتية بطاقة_وطنية البطاقة_الوطنية لاكارط_ناسيونال الاقامة إقامتي اقامة السجل_المدني
بطاقة_التعريف
rut_ rut:
ssn social_security national_insurance nino nhs_n passport driver's_licen drivers_licen
driving_licen driver_licen licence_n license_n national_id id_card identity_card aadhaar taxpayer tax_id
social_insurance id_number
bsn burgerservice sofinummer paspoort rijbewijs identiteitskaart rijksregister
personalausweis ausweis reisepass steuer-id steuerid steuernummer sozialversicherung fuhrerschein ahv
securite_sociale numero_de_secu passeport permis_de_conduire carte_d'identite cni_
dni_ dni: nif cedula pasaporte curp rfc_ seguridad_social cuit cuil documento_de_identidad
carnet_de_conducir
cpf cnh_ passaporte contribuinte bilhete_de_identidade cartao_de_cidadao registro_geral identidade
codice_fiscale passaporto carta_d'identita patente partita_iva
pesel paszport dowod dowodu nip_ nip: prawo_jazdy
kimlik t.c. tc_no tckn pasaport
инн водительск
身份证 护照 驾驶证 证件 社保
マイナンバー パスポート 旅券 免許証 在留カード 個人番号
الهوية هوية هويتي جواز الجواز الرقم_القومي الإقامة القومي
"""

PHONE = """
rang_ ring_ dial_ ringing called_ texted nummer_is tel.nr telnr belde gebeld terugbellen handynr tel-nr
natel gsm_ fixe_ tel_fixe rappelez rappeler contactez numero_de_mama cel_ wsp guasap wasap anoten apunten marcar
ligou liguei ligando liga_ me_liga chamem whats_ telemovel tlm tlf ligacao
fono_ fono: cell. cel. fisso_ numero_di_mamma richiamat richiamare telefonat
telefonu dodzwon kontaktowy komorke
cebim telefonu aradi aramadi aranmak ulasin hattim
номер_мой тел_ перезвон сотов дозвон вотс симк
打给 拨打 撥打 打到 回电 回電 手机号 手機號 來電 来电 致電 座机 whatsapp微信
折り返し かけて お電話 携帯番号 スマホ 連絡は
كلموني كلمني عيطو عيطوا اتصلوا رنوا نمرتي نمرة رقم_جوال تيليفون نقال
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
هاتف الهاتف هاتفي جوال الجوال جوالي موبايل الموبايل اتصل واتساب رقمي تلفون"""

CARD = """
cb_ carta: plastico karti kartim kartimi kredi_kart banka_kart пластик 信用卡号 银联 銀聯 信用咭 الكارت كارت لاكارط
فيزا الفيزا ماستر
credit_card debit_card card visa mastercard amex creditcard bankpas kreditkarte kartennummer carte
tarjeta cartao carta_di carta_n carta_che carta_termina karty karta karte_ karte, kart_ kartin karttan
kartla
kaart_ kaart, pinpas girocard ec-karte pan:
карт 信用卡 银行卡 储蓄卡 借记卡 カード クレジット بطاقة البطاقة بطاقتي
"""

SECURITY_CODE = "cvv cvc cvv2 cvc2 cid:"

BIRTH = """
bday b-day d-o-b d/o/b year_of_birth born_on ddn_ ddn: d.d.n date_de_nais anniversaire geboortedat geb_ geb:
geb.dat gebdat
verjaardag geburtstag f._nac f.nac f_nac fec_nac fn_ fn: f.n. cumpleanos cumple_ dn: dn_ d.n. data_nasc
dt_nasc aniversario
d._nasc compleanno data_di_nasc d.d.n. dt._nasc ur: data_ur rocznik urodzin d.t. d.tarihi dg_tarihi yas_gunu
д/р д.р др_ дата_рожд рожд_ г.р. 出生日期 出世 生於 生于 誕生 生年 うまれ تاريخ_ميلاد تولد مولود مولودة خلقت ازديت مزداد
مزدادة الازدياد
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
адрес живу 地址 住址 收货 送到 住所 届け先 عنوان العنوان عنواني أسكن"""

TEST = """
test example sample dummy fake placeholder e.g. demo_
voorbeeld beispiel exemple essai ejemplo prueba exemplo teste esempio prova przyklad testow ornek deneme
пример тест 测试 示例 テスト サンプル 例えば تجريبي تجربة مثال"""

# What follows one of these is a thing or an edition of a thing, not a person's number.
HARMLESS = """
lot_n batch charge_ chargennr chargen-nr mhd_ lote_ partia_ parti_no партия 批号 批號 ロット seed seed: timestamp
article_ articulo_ artigo_ articolo_ artykul
товар 商品 item_ objektnr katalog
product_code item_code product_n catalog_n catalogue_n produktnummer art.-nr artnr artikelnr best.-nr
bestell-nr codigo_de_producto codigo_do_produto cod._producto
codice_prodotto codice_articolo cod._art ref._do_produto referencia_del_producto ref._prod model_n isbn:
upc: wkn: ticker 产品编号 产品型号
zahlerstand meterstand meter_reading reading_ readings releve_ lectura leitura lettura odczyt stan_licznika
stand_licznika показани
endeks 读数 讀數 検針 指針 قراءة
code_barre code-barre codigo_de_barra cod._de_barra codice_a_barre kod_kreskow barkod штрихкод штрих-код 条码
條碼 条形码 バーコード
باركود الباركود jan_ jan: jan# gtin upc asin isin pzn wkn issn ref_produit ref._produit ref_article
ref._article produit_ref
stock_n sku: teil_n teilenr teilenummer bestellteil ersatzteil artikel_ art._ art.nr art_nr onderdeel piece_
la_pieza repuesto
la_peca ref.a ricambio l'articolo czesc_ nr_czesci kod_produktu parca_ urun_kodu urun_no stok_kodu
кат._номер каталожн запчаст
货号 貨號 货號 股票 商品编号 商品編號 料号 品番 商品番号 المنتج صنف koordinat coordinat координат gps
error err_ err: version ver. build model firmware ios_ android windows macos flight gate_ page level patch
kb_ update
issue cve season episode route train isbn ean_ barcode sku part_number item_n radeon geforce rtx gtx iphone
galaxy pixel
playstation ps4 ps5 xbox ryzen status_code score highscore hash commit appid app_id release edition
foutcode fout_ foutmelding versie vlucht modelnummer artikelnummer
fehler flug modell
erreur vol_ modele reference_produit
vuelo modelo
erro_ erro: versao voo_
errore versione volo modello
blad bledu wersj lot_ lotu
hata surum ucus guncelleme
ошибк верси рейс модел обновлени сборк артикул код_ошибки
错误 版本 航班 型号 报错 错误码 第
エラー バージョン 便 型番 モデル
خطأ إصدار الإصدار رحلة الرحلة موديل الخطأ
"""
