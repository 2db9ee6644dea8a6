"""How customers ask for a person and tell the bot to stop, and the posts that only look like it."""

import re
import time
from pathlib import Path
from typing import Any

import pytest
import yaml

from carebot.core import commands
from carebot.core.commands import Command, CommandWords, commands_in

DATA: dict[str, Any] = yaml.safe_load(
    (Path(commands.__file__).parents[1] / "texts" / "commands.yaml").read_text(encoding="utf-8")
)
WORDS = CommandWords.from_mapping(DATA)
LANGUAGES = {"en", "nl", "de", "fr", "es", "pt", "it", "ru", "zh", "zh-Hant", "ja", "pl", "tr", "ar"}

ASKING_FOR_A_PERSON: dict[str, list[str]] = {
    "en": [
        "human",
        "HUMAN PLEASE!!!",
        "@brand_care agent",
        "real person pls 🙏",
        "I want to talk to a human",
        "Can I speak to a real person about my refund?",
        "is this a bot? get me a person",
        "just connect me to an agent already",
        "I don't want to talk to a bot, this is the third time I explain it",
        "this isn't helping. representative please",
        "let me speak to a manager",
        "can you put me through to someone",
        "tlk to a humam",
        "Is there an actual human there?",
        "I need a human, the tracking page is useless",
        "id like to be transferred to a person",
        "could a real person please look at this",
        "I'd like to be connected to a human",
        "put me in touch with a human",
        "can I get a human",
        "I demand to speak with a manager",
    ],
    "nl": [
        "echte mens",
        "mens aub",
        "Medewerker!!",
        "Ik wil een mens spreken",
        "kan ik met een medewerker chatten?",
        "Verbind me door met een medewerker",
        "mag ik alsjeblieft iemand spreken",
        "ik wil niet met een robot praten",
        "Dit helpt niet. Geef me een echt persoon",
        "praat ik met een bot?",
        "Kan een medewerker hier even naar kijken",
        "ik wil praten met een echt mens over mijn abonnement",
        "@merk geen bot maar een mens aub, ik wil een echt mens",
        "Zit er ook een mens achter dit account?",
        "ik wil graag door een medewerker geholpen worden",
    ],
    "de": [
        "Mensch",
        "Mitarbeiter bitte",
        "einen echten Menschen bitte!",
        "Ich will mit einem Menschen sprechen",
        "Kann ich mit einem Mitarbeiter reden?",
        "ich moechte mit jemandem sprechen",
        "Verbinden Sie mich bitte mit einem Kundenberater",
        "Ich will nicht mit einem Bot schreiben",
        "Gebt mir mal bitte nen echten Menschen",
        "Schreibe ich hier mit einem Bot? Kann mir bitte ein Mensch antworten",
        "Gibt es bei euch auch echte Menschen?",
        "kein Bot bitte",
        "Können Sie das an einen Mitarbeiter weiterleiten?",
        "Hilft mir nicht weiter, ich brauche einen echten Ansprechpartner",
        "Ich hätte gern einen Mitarbeiter",
    ],
    "fr": [
        "un humain",
        "Conseiller svp",
        "une vraie personne s'il vous plaît",
        "Mettez-moi en relation avec un conseiller",
        "je veux parler à un humain",
        "Puis-je parler à quelqu'un ?",
        "je voudrais parler a qqn, un vrai humain svp",
        "Je ne veux pas parler à un robot",
        "passez-moi un responsable",
        "Y a-t-il un humain derrière ce compte ?",
        "c'est un robot ? Je souhaite échanger avec un conseiller",
        "j'ai besoin d'un vrai conseiller, pas de réponses toutes faites",
        "Marre des robots !",
        "Est-ce qu'un humain peut me répondre ?",
        "pouvez vous me mettre en contact avec une vraie personne",
    ],
    "es": [
        "humano",
        "Agente por favor",
        "persona real, gracias",
        "Quiero hablar con una persona",
        "¿Puedo hablar con alguien?",
        "comuníqueme con un asesor",
        "pasame con un humano porfa",
        "No quiero hablar con un bot",
        "¿Eres un bot? Necesito un agente humano",
        "necesito hablar con un ejecutivo YA",
        "Que me atienda una persona",
        "estoy harto de hablar con bots",
        "¿hay alguna persona real ahí?",
        "quiero hablar con su supervisor",
        "me puede atender una persona",
    ],
    "pt": [
        "humano",
        "atendente por favor",
        "pessoa de verdade pfv",
        "Quero falar com um atendente",
        "posso falar com alguém?",
        "falar com atendente",
        "me transfere para um humano",
        "não quero falar com robô",
        "Você é um robô? Preciso falar com uma pessoa",
        "quero atendimento humano",
        "chama um humano aí",
        "Gostaria de falar com um operador, se faz favor",
        "tem alguma pessoa real aí?",
        "me passe para um atendente humano",
    ],
    "it": [
        "operatore",
        "Un umano per favore",
        "persona vera!!",
        "Voglio parlare con un operatore",
        "posso parlare con qualcuno?",
        "Mi passi un operatore",
        "non voglio parlare con un bot",
        "mettetemi in contatto con una persona",
        "sei un bot? fammi parlare con un essere umano",
        "Vorrei parlare con un responsabile",
        "ho bisogno di un operatore umano",
        "c'è una persona vera dietro questo account?",
        "basta robot? no: vorrei parlare con un'operatrice",
        "operatore grazie",
    ],
    "ru": [
        "Оператор",
        "живой человек",
        "позовите оператора!",
        "Хочу поговорить с человеком",
        "Соедините меня с оператором, пожалуйста",
        "переключите на живого человека",
        "можно поговорить с кем-нибудь?",
        "Я не хочу общаться с ботом",
        "вы бот?",
        "Дайте живого оператора уже",
        "Есть тут живые люди?",
        "Пусть мне ответит живой человек",
        "Как связаться с оператором? Ответ не подходит",
        "мне нужен оператор",
    ],
    "zh": [
        "人工",
        "转人工",
        "人工客服",
        "请转人工客服，谢谢",
        "我要找真人",
        "有人吗？",
        "你是机器人吗",
        "能不能帮我转人工啊",
        "我想跟真人说话",
        "不想跟机器人聊，麻烦转接专员",
        "有没有真人可以回复一下",
        "这个答案没用，给我接人工客服",
        "没有人工客服吗",
        "怎么不转人工",
        "叫你们客服来",
    ],
    "zh-Hant": [
        "真人客服",
        "轉真人",
        "請轉接專員，謝謝",
        "我要找真人",
        "有人嗎？",
        "你是機器人嗎",
        "可以幫我轉接真人客服嗎",
        "我想跟真人說話",
        "不想跟機器人聊",
        "有沒有真人可以回覆",
        "這個答案沒用，幫我找專員",
        "麻煩請專人處理",
        "可以和客服人員對話嗎",
    ],
    "ja": [
        "オペレーター",
        "人間お願いします",
        "担当者をお願いします",
        "ｵﾍﾟﾚｰﾀｰ",
        "オペレーターにつないでください",
        "人と話したいです",
        "担当者と直接話したいのですが",
        "有人対応をお願いします",
        "ボットですか？",
        "ボットじゃなくて人に代わってください",
        "解決しません。オペレーターに繋いで",
        "人間のスタッフはいませんか",
        "自動返信ではなく担当者から返信がほしい",
        "スタッフに対応してほしい",
    ],
    "pl": [
        "konsultant",
        "Człowiek proszę",
        "żywy człowiek!",
        "Chcę rozmawiać z człowiekiem",
        "czy mogę porozmawiać z konsultantem?",
        "Proszę połączyć mnie z konsultantem",
        "Proszę o kontakt z pracownikiem",
        "nie chcę pisać z botem",
        "dajcie mi żywego człowieka",
        "Czy jesteś botem?",
        "Czy są tu jacyś ludzie? chcę pogadać z kimś żywym",
        "poprosze konsultanta",
        "niech mi odpisze człowiek",
        "przełącz mnie do konsultanta",
    ],
    "tr": [
        "insan",
        "müşteri temsilcisi lütfen",
        "GERÇEK KİŞİ",
        "Bir insanla konuşmak istiyorum",
        "yetkili biriyle görüşmek istiyorum",
        "Beni müşteri temsilcisine bağlayın",
        "musteri temsilcisine baglanmak istiyorum",
        "biriyle konuşabilir miyim?",
        "botla konuşmak istemiyorum",
        "Bot musun?",
        "Bana gerçek biri cevap versin",
        "canlı destek istiyorum",
        "Temsilciye aktarır mısınız lütfen",
        "yetkili yok mu",
    ],
    "ar": [
        "موظف",
        "إنسان من فضلك",
        "شخص حقيقي لو سمحت",
        "أريد التحدث مع موظف",
        "ممكن أتكلم مع حد؟",
        "حولني لموظف خدمة العملاء",
        "ابغى اكلم موظف",
        "عايز أكلم حد من خدمة العملاء",
        "لا أريد التحدث مع روبوت",
        "هل أنت بوت؟",
        "خلوا شخص حقيقي يرد علي",
        "وصلوني بموظف لو سمحتم",
        "أُرِيدُ التَّحَدُّثَ إِلَى إِنْسَانٍ",
        "اريد شخص حقيقي وليس بوت",
    ],
}

TELLING_THE_BOT_TO_STOP: dict[str, list[str]] = {
    "en": [
        "stop",
        "STOP!!!",
        "Stoooop",
        "@brand_care@mastodon.example stop bot",
        "ok stop now, thanks",
        "please stop 🙄",
        "ｓｔｏｐ",
        "unsubscribe",
        "leave me alone",
        "stop messaging me",
        "Stop sending me these automated replies",
        "I said stop with the automated messages",
        "no more automated replies please, they don't help",
        "please don’t message me again",
        "turn off the bot",
        "Can you stop replying to me? This is useless",
        "guys stop messaging me",
        "No, stop messaging me",
        "make your replies useful or stop these canned responses",
        "I don't want any more messages from you",
        "stop replying with the bot",
    ],
    "nl": [
        "stop",
        "Stop hiermee",
        "hou op!",
        "stop aub",
        "Laat me met rust",
        "stop met berichten sturen",
        "Stop met die automatische berichten",
        "geen automatische antwoorden meer alsjeblieft",
        "Zet die bot uit",
        "Stuur me geen berichten meer",
        "ik wil geen automatische berichten meer van jullie",
        "kunnen jullie stoppen met mij te berichten",
        "schakel jullie chatbot uit, dit helpt niemand",
    ],
    "de": [
        "Stopp",
        "stop bitte",
        "Hört auf!",
        "hoer auf",
        "Schluss jetzt",
        "Lasst mich in Ruhe",
        "Hören Sie auf, mir zu schreiben",
        "Hört bitte auf mit den automatischen Antworten",
        "Keine automatischen Nachrichten mehr",
        "Schaltet den Bot ab",
        "Bitte schreibt mir nicht mehr",
        "Schickt mir keine Nachrichten mehr",
        "ich möchte keine automatisierten Antworten mehr",
        "stoppt endlich diesen Bot",
    ],
    "fr": [
        "stop",
        "STOP svp",
        "Arrêtez !",
        "arrete ça",
        "Ça suffit",
        "laissez-moi tranquille",
        "Arrêtez de m'écrire",
        "Pouvez-vous arrêter de m’envoyer des messages",
        "Arrêtez ces réponses automatiques",
        "Plus de messages automatiques, merci",
        "Ne m'écrivez plus",
        "désactivez ce bot",
        "je ne veux plus de vos messages automatiques",
        "stop aux réponses automatiques",
    ],
    "es": [
        "para",
        "Stop por favor",
        "¡BASTA!",
        "paren ya",
        "déjenme en paz",
        "Dejen de escribirme",
        "¿Pueden dejar de mandarme mensajes?",
        "deja de enviarme respuestas automáticas",
        "No me escriban más",
        "no quiero más mensajes automáticos",
        "Basta de respuestas automáticas",
        "Apaguen el bot",
        "No, deja de escribirme",
        "ya no quiero recibir mensajes automáticos",
    ],
    "pt": [
        "pare",
        "PARA por favor",
        "chega!!",
        "parem agora",
        "me deixa em paz",
        "Parem de me mandar mensagens",
        "pare de me enviar mensagem automática",
        "não me mandem mais mensagens",
        "Chega de respostas automáticas",
        "desliguem esse robô",
        "não quero mais receber mensagens automáticas",
        "Deixem de me incomodar",
        "não quero mais mensagens",
        "stop, obrigado",
        "não quero resposta automática",
    ],
    "it": [
        "basta",
        "Stop grazie",
        "FERMATEVI",
        "smettila",
        "lasciatemi in pace",
        "Smettetela di scrivermi",
        "basta con questi messaggi automatici",
        "Non scrivetemi più",
        "non mandatemi più messaggi",
        "Disattivate il bot",
        "smettete di mandarmi risposte automatiche",
        "non voglio più ricevere messaggi automatici",
        "Niente più risposte automatiche per favore",
    ],
    "ru": [
        "стоп",
        "Хватит!",
        "прекратите, пожалуйста",
        "отстаньте",
        "Не пишите мне больше",
        "отключите бота",
        "Хватит присылать автоматические ответы",
        "перестаньте мне писать",
        "Прекратите слать мне эти сообщения",
        "не присылайте мне автоматические сообщения",
        "Больше не пишите мне",
        "я не хочу получать автоматические сообщения",
        "уберите вашего бота",
        "стоооп",
    ],
    "zh": [
        "停",
        "停止！",
        "别发了",
        "请停止，谢谢",
        "不要再发了",
        "退订",
        "闭嘴吧",
        "别再给我发消息了",
        "请不要再自动回复",
        "停止自动回复",
        "关掉你们的机器人客服",
        "我不想再收到自动消息",
        "请别再联系我",
        "可以停止自动回复吗",
        "停止发送消息",
    ],
    "zh-Hant": [
        "停",
        "停止！",
        "不要再傳了",
        "請停止，謝謝",
        "取消訂閱",
        "別煩我",
        "別再傳訊息給我",
        "請不要再自動回覆",
        "停止自動回覆",
        "關掉這個機器人客服",
        "我不想再收到自動訊息",
        "不要再私訊我了",
        "閉嘴啦",
    ],
    "ja": [
        "停止",
        "ストップ",
        "やめてください",
        "もういいです",
        "黙れ",
        "返信不要です",
        "自動返信を止めてください",
        "自動返信やめて",
        "もうメッセージを送らないでください",
        "DM送ってこないで",
        "今後一切連絡しないでください",
        "ボットの返信はいりません",
        "配信停止お願いします",
        "ｽﾄｯﾌﾟ",
    ],
    "pl": [
        "stop",
        "Przestań!",
        "przestańcie proszę",
        "dość już",
        "dajcie mi spokój",
        "Przestańcie do mnie pisać",
        "nie piszcie do mnie więcej",
        "proszę przestać wysyłać mi wiadomości",
        "Dość tych automatycznych odpowiedzi",
        "Wyłączcie tego bota",
        "nie wysyłajcie mi więcej wiadomości",
        "nie chcę więcej automatycznych wiadomości",
        "przestan wysylac automatyczne wiadomosci",
    ],
    "tr": [
        "dur",
        "DURDUR",
        "yeter artık",
        "lütfen dur",
        "beni rahat bırakın",
        "Bana mesaj atmayın",
        "artık mesaj göndermeyin lütfen",
        "Otomatik mesaj istemiyorum",
        "botu kapatın",
        "mesaj atmayı bırakın",
        "bir daha bana yazmayın",
        "OTOMATİK YANITLARI DURDURUN",
        "otomatik cevaplari kesin",
        "sizden artık mesaj almak istemiyorum",
    ],
    "ar": [
        "توقف",
        "قف",
        "كفى!",
        "توقفوا من فضلكم",
        "اتركوني وشأني",
        "لا ترسلوا لي رسائل",
        "توقفوا عن إرسال الرسائل",
        "أوقفوا الردود الآلية",
        "لا أريد المزيد من الرسائل الآلية",
        "لا تتواصلوا معي مرة أخرى",
        "وقفوا البوت",
        "لا تراسلوني بعد الآن",
        "تَوَقَّفْ",
        "مش عايز رسايل منكم",
    ],
}

NEITHER: dict[str, list[str]] = {
    "en": [
        "it won't stop crashing after the update",
        "Who do I contact in human resources about an unpaid internship?",
        "stop charging me for a plan I cancelled!!",
        "how do I stop my subscription",
        "There's no shelter at the bus stop outside your store",
        "Non-stop problems with this router since Monday",
        "Full stop after the name breaks the form",
        "My phone stopped charging",
        "Your app won't stop sending me notifications at 3am",
        "Your app won't stop sending me messages even though I muted it",
        "I'm a real person not a bot, unlock my account!!",
        "Finally got to talk to a human and she fixed it in 5 minutes, thank you!",
        "Every time I talk to an agent I get a different answer",
        "Human error on your side, again?",
        "My estate agent says the meter is yours",
        "The delivery person left it in the rain",
        "How do I report a bot account that follows me?",
        "The agent I spoke with yesterday was lovely",
        "Someone keeps sending me fake messages in your name",
        "I need a person to sign for the parcel, can my neighbour do it?",
        "how can I block a seller so he can't message me",
        "My ex won't leave me alone on your app, how do I block him?",
        "Stop. My order is wrong again and nobody reads this",
        "Does the train to Utrecht stop in Woerden?",
        "Stop & Shop voucher not accepted",
        "is the stop-motion feature coming to Android?",
        "You need to stop bots from buying all the tickets",
        "Never stop making this flavour please",
        "People don't stop messaging me about my listing, can I pause it?",
        "Is this real? 50% off everything?",
        "Some people 🙄",
        "Hello? still??",
        "Your chatbot sent me the wrong article",
        "How long does the operator keep my number after porting?",
        "This is the most human support I ever had, please keep it up",
        "men's, size M please",
        "Stop sending me the newsletter",
        "How do I turn off the bot in my Discord server?",
        "I don't need to speak to a human, just tell me the opening hours",
        "I had to talk to a human to get it fixed",
        "why did you stop responding to me",
        "is anyone going to answer",
        "unsubscribe button is broken",
    ],
    "nl": [
        "De app stopt steeds na de update",
        "Waar is de dichtstbijzijnde bushalte / stop?",
        "Hoe stop ik mijn abonnement?",
        "Er staan te veel mensen in de rij",
        "De medewerker in de winkel was heel vriendelijk",
        "Het alarm stopt niet met piepen",
        "Ik wil een persoon toevoegen aan mijn account",
        "De stoppen zijn doorgeslagen door jullie oplader",
        "Waarom krijg ik geen automatische berichten meer?",
        "Kan iemand mij helpen",
        "Ik heb met een medewerker gesproken en die was top",
    ],
    "de": [
        "Die App hört nicht auf abzustürzen",
        "Ich möchte einen Mitarbeiter loben",
        "Wie kann ich mein Abo stoppen?",
        "Der Mensch an der Kasse war super freundlich",
        "Der Verkäufer schreibt mir nicht mehr",
        "Warum antwortet mir niemand mehr?",
        "Hält der Zug auch am Stopp in Altona?",
        "Wann bekomme ich die automatische Bestellbestätigung?",
        "Warum bekomme ich keine automatischen Nachrichten mehr?",
        "Ich muss nicht mit einem Mitarbeiter sprechen, wann habt ihr offen?",
        "Halt mal, wo ist meine Bestellung?",
    ],
    "fr": [
        "L'application n'arrête pas de planter",
        "À quel arrêt descendre pour votre boutique ?",
        "Comment arrêter mon abonnement ?",
        "Le conseiller en magasin a été adorable",
        "Mon robot aspirateur ne démarre plus",
        "J'ai enfin pu parler à un conseiller, problème réglé, merci !",
        "Pourquoi vous ne m'écrivez plus quand le colis part ?",
        "Les ressources humaines ne répondent pas à ma candidature",
        "personne",
        "Je n'ai plus de messages automatiques quand le colis part",
        "Arrêtez de m'envoyer le mauvais article",
    ],
    "es": [
        "La app no para de cerrarse",
        "¿Para cuándo llega mi pedido?",
        "Su app no para de enviarme mensajes de madrugada",
        "¿Cómo detengo la renovación automática?",
        "La persona que me atendió en tienda fue muy amable",
        "Trabajo en recursos humanos y necesito una factura",
        "Por fin pude hablar con un agente y lo resolvió, gracias",
        "Quiero un agente de viajes para mi luna de miel",
        "dejen de subir los precios",
        "para mi hermano quiero la talla M",
        "¿Alguien me ayuda?",
    ],
    "pt": [
        "O aplicativo não para de travar",
        "O app não para de me enviar mensagens de madrugada",
        "Qual é a parada mais perto da loja?",
        "Como faço para parar a renovação?",
        "A pessoa da entrega foi muito simpática",
        "Parabéns pelo atendimento humano e atencioso!",
        "Consegui falar com um atendente e resolveu, valeu!",
        "Recursos humanos não responde o meu currículo",
        "Alguém pode me ajudar",
        "parem de aumentar os preços",
    ],
    "it": [
        "L'app non smette di chiudersi",
        "A quale fermata devo scendere per il negozio?",
        "Come fermo il rinnovo automatico?",
        "L'operatore che è venuto a casa è stato gentilissimo",
        "Le risorse umane non rispondono alla mia candidatura",
        "Sono riuscito a parlare con un operatore, tutto risolto!",
        "Il robot aspirapolvere non parte più",
        "Perché non mi scrivete più quando parte il pacco?",
        "Basta aumentare i prezzi",
        "Il mio operatore telefonico è cambiato",
    ],
    "ru": [
        "Приложение не перестаёт вылетать",
        "Хочу сменить оператора связи",
        "На какой остановке выходить к вашему магазину?",
        "Как остановить автопродление подписки?",
        "Оператор вчера была очень вежливая, спасибо",
        "Наконец удалось поговорить с человеком, всё решили",
        "Отдел кадров не отвечает человеку уже месяц",
        "Стоп-сигнал на самокате не горит",
        "Хватит повышать цены",
        "Не приходят автоматические сообщения",
    ],
    "zh": [
        "你们能帮我找人工作吗",
        "我想学人工智能课程怎么报名",
        "换电池还要人工费吗",
        "软件一直停止运行",
        "昨天和人工客服沟通过了，态度很好",
        "附近的停车场几点关门",
        "怎么关闭自动回复功能",
        "扫地机器人充不进电",
        "真人秀的票怎么买",
        "好人啊，谢谢你们",
        "注册需要真人认证吗",
        "快递停了三天没动",
        "怎么让对方停止骚扰我",
        "别再发错货了",
        "客服态度很好",
    ],
    "zh-Hant": [
        "請問人工智慧課程怎麼報名",
        "附近的停車場幾點關門",
        "怎麼關閉自動回覆功能",
        "掃地機器人充不進電",
        "App 一直停止運作",
        "昨天和真人客服溝通過了，態度很好",
        "公車站牌停在哪裡",
        "不要再漲價了",
        "客服人員很親切",
    ],
    "ja": [
        "アプリが何度も停止します",
        "バス停はどこですか",
        "自動返信を停止する方法を教えてください",
        "友人と話したいのですがグループ通話はできますか",
        "本人に代わって手続きできますか",
        "担当者に対応してもらえたので解決しました",
        "音が止まらない",
        "自動更新をやめたいです",
        "人気商品の再入荷はいつですか",
        "ロボット掃除機が動きません",
        "人間ドックの予約はできますか",
        "返信がない",
    ],
    "pl": [
        "Aplikacja nie przestaje się zawieszać",
        "Na którym przystanku wysiąść do sklepu?",
        "Jak zatrzymać odnowienie subskrypcji?",
        "Rozmowa z konsultantem trwała 40 minut",
        "Pracownik w sklepie był bardzo miły",
        "Udało mi się porozmawiać z człowiekiem, dzięki",
        "Operator sieci nie przeniósł numeru",
        "Dlaczego nie piszecie, kiedy przyjdzie paczka?",
        "Przestańcie podnosić ceny",
        "Nie dostaję automatycznych wiadomości",
    ],
    "tr": [
        "Uygulama durmadan kapanıyor",
        "Hangi durakta ineceğim?",
        "Aboneliğimi nasıl durdururum?",
        "Mağazadaki temsilci çok ilgiliydi",
        "İnsan kaynakları başvuruma dönmedi",
        "Neden mesaj atmıyorsunuz?",
        "Robot süpürgem çalışmıyor",
        "Kesin bilgi mi, kargo yarın mı gelecek?",
        "Fiyatları artırmayı bırakın",
        "Otomatik mesaj gelmedi",
    ],
    "ar": [
        "التطبيق لا يتوقف عن التعليق",
        "أين موقف الباص القريب من الفرع؟",
        "كيف أوقف الاشتراك؟",
        "موظف الفرع كان لطيفا جدا",
        "الموارد البشرية لم ترد على طلبي",
        "تمكنت من التحدث مع موظف وحل المشكلة شكرا",
        "المكنسة الروبوت لا تعمل",
        "خلاص شكرا تم الحل",
        "توقف التطبيق عن العمل",
        "هل يوجد شخص يساعدني",
    ],
}


def every(posts: dict[str, list[str]]) -> list[Any]:
    return [pytest.param(post, id=f"{tag}: {post}") for tag, listed in posts.items() for post in listed]


@pytest.mark.parametrize("post", every(ASKING_FOR_A_PERSON))
def test_a_customer_who_asks_for_a_person_is_heard(post: str) -> None:
    assert Command.HUMAN in commands_in(post, WORDS)


@pytest.mark.parametrize("post", every(TELLING_THE_BOT_TO_STOP))
def test_a_customer_who_tells_the_bot_to_stop_is_heard(post: str) -> None:
    assert Command.STOP in commands_in(post, WORDS)


@pytest.mark.parametrize("post", every(NEITHER))
def test_a_care_question_that_contains_the_words_is_no_command(post: str) -> None:
    assert commands_in(post, WORDS) == frozenset()


@pytest.mark.parametrize(
    "post",
    [
        "stop, I want a human",
        "Stop! Human please",
        "stop messaging me and get me a real person",
        "basta, voglio parlare con un operatore",
        "Schluss mit dem Bot, ich will mit einem Menschen sprechen",
        "停止自动回复，转人工",
        "自動返信はいらない。オペレーターにつないで",
        "хватит, позовите оператора",
        "توقف، أريد التحدث مع موظف",
    ],
)
def test_a_customer_may_ask_for_both_at_once(post: str) -> None:
    assert commands_in(post, WORDS) == {Command.HUMAN, Command.STOP}


@pytest.mark.parametrize("posts", [ASKING_FOR_A_PERSON, TELLING_THE_BOT_TO_STOP])
def test_each_language_is_tried_with_a_dozen_phrasings(posts: dict[str, list[str]]) -> None:
    assert posts.keys() == LANGUAGES
    assert all(len(set(listed)) >= 12 for listed in posts.values())


def test_each_language_has_hard_posts_that_are_no_command() -> None:
    assert NEITHER.keys() == LANGUAGES
    assert sum(len(set(listed)) for listed in NEITHER.values()) >= 80


def test_asking_for_a_person_does_not_silence_the_bot_by_itself() -> None:
    posts = [post for listed in ASKING_FOR_A_PERSON.values() for post in listed]
    assert [post for post in posts if Command.STOP in commands_in(post, WORDS)] == []


def test_stopping_the_bot_does_not_call_a_person_by_itself() -> None:
    posts = [post for listed in TELLING_THE_BOT_TO_STOP.values() for post in listed]
    assert [post for post in posts if Command.HUMAN in commands_in(post, WORDS)] == []


@pytest.mark.parametrize(
    "post",
    [
        "ＳＴＯＰ",
        "𝐒𝐓𝐎𝐏",
        "STOP",
        "s\u200btop",
        "🛑 stop 🛑",
        "#stop",
        "_stop_",
        "sToOoOp!!!",
        "@brand stop https://t.co/abc123",
        "@brand@social.example @care.bsky.social stop",
        "www.brand.example/help stop",
        "arretez",
        "ARRÊTEZ",
        "arre\u0302tez",
        "don't message me again",
        "dont message me again",
        "don’t message me again",
        "don´t message me again",
        "YAZMAYIN",
        "yazmayin",
        "DURDURUN BOTU, BOTU DURDURUN",
        "إيقاف",
        "ايقاف",
        "اِيقَاف",
        "كفاية",
        "كفايه",
        "ｽﾄｯﾌﾟ",
    ],
)
def test_capitals_accents_width_emoji_handles_and_links_do_not_matter(post: str) -> None:
    assert commands_in(post, WORDS) == {Command.STOP}


@pytest.mark.parametrize(
    "post", ["", "   ", "🙏🙏", "@brand", "https://t.co/abc", "please", "thanks!", "ok bot", "...", "\u0301"]
)
def test_a_message_without_a_request_asks_nothing(post: str) -> None:
    assert commands_in(post, WORDS) == frozenset()


def test_a_neighbour_excuses_a_phrase_only_within_its_clause() -> None:
    assert commands_in("the app won't stop messaging me", WORDS) == frozenset()
    assert commands_in("I won't! Stop messaging me", WORDS) == {Command.STOP}
    assert commands_in("i need to talk to human resources about my contract", WORDS) == frozenset()
    assert commands_in("i need to talk to human. resources are not enough", WORDS) == {Command.HUMAN}


def test_both_scripts_of_chinese_share_their_exceptions() -> None:
    for post in ("换电池还要找人工费吗", "想找人工智慧的書", "怎麼关闭自动回复"):
        assert commands_in(post, WORDS) == frozenset()


def read(human: dict[str, Any] | None = None, fillers: tuple[str, ...] = ()) -> CommandWords:
    return CommandWords.from_mapping(
        {
            "human": {"en": human or {}},
            "stop": {"en": {"whole": ["halt"]}},
            "fillers": {"en": {"words": fillers}},
        }
    )


def test_brackets_stand_for_one_of_several_words_or_for_none() -> None:
    words = read({"phrases": ["[talk|speak up] to a [|real] person"]})
    for post in ("talk to a person", "I speak up to a real person now"):
        assert commands_in(post, words) == {Command.HUMAN}
    for post in ("speak to a person", "talk to a real", "talk to a real real person", "talk to a person's"):
        assert commands_in(post, words) == frozenset()


def test_a_whole_word_needs_the_whole_message_apart_from_fillers() -> None:
    words = read({"whole": ["person"]}, fillers=("please", "thank you"))
    assert commands_in("Person please, thank you!", words) == {Command.HUMAN}
    assert commands_in("which person please", words) == frozenset()
    assert commands_in("person thank", words) == frozenset()


@pytest.mark.parametrize(
    ("human", "fillers", "mistake"),
    [
        ({"phrases": ["talk [to|with a person"]}, (), "bracket without its partner in 'talk"),
        ({"phrases": ["talk to] a person"]}, (), "bracket without its partner"),
        ({"phrases": ["[|real] [|person]"]}, (), "may all be left out"),
        ({"whole": ["!!"]}, (), "may all be left out"),
        ({"phrase": ["talk to a person"]}, (), r"unknown lists in human.en: \['phrase'\]"),
        ({}, ("[please",), "bracket without its partner"),
    ],
)
def test_a_mistake_in_the_data_is_named(
    human: dict[str, Any], fillers: tuple[str, ...], mistake: str
) -> None:
    with pytest.raises(ValueError, match=mistake):
        read(human, fillers)


@pytest.mark.parametrize(
    "wrong", [{}, {"human": {}, "stop": {}}, {"human": {}, "stop": {}, "fillers": {}, "go": {}}]
)
def test_a_missing_or_unknown_command_is_named(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="missing or unknown"):
        CommandWords.from_mapping(wrong)


def test_the_file_has_every_language_and_only_text() -> None:
    assert all(DATA[section].keys() == LANGUAGES for section in ("human", "stop", "fillers"))
    lists = [
        listed for section in DATA.values() for language in section.values() for listed in language.values()
    ]
    assert all(isinstance(entry, str) for listed in lists for entry in listed)


@pytest.mark.parametrize("command", list(Command))
def test_every_phrasing_in_the_file_gives_its_command(command: Command) -> None:
    silent = []
    for language, lists in DATA[command].items():
        for pattern in lists["whole"] + lists["phrases"]:
            first = re.sub(r"\[([^\]|]*)[^\]]*\]", r"\1", pattern)  # the first word of each bracket
            last = re.sub(r"\[[^\]]*?([^\]|]*)\]", r"\1", pattern)
            silent += [
                f"{language}: {each}" for each in (first, last) if command not in commands_in(each, WORDS)
            ]
    assert silent == []


def test_fillers_ask_for_nothing() -> None:
    asking = []
    for language, lists in DATA["fillers"].items():
        for pattern in lists["words"]:
            asking += [
                f"{language}: {each}" for each in pattern.strip("[]").split("|") if commands_in(each, WORDS)
            ]
    assert asking == []


def test_a_message_is_read_in_a_fraction_of_a_millisecond() -> None:
    """About 25 microseconds of processor time on the machine that this was written on; here there is room."""
    posts = [
        post
        for posts in (ASKING_FOR_A_PERSON, TELLING_THE_BOT_TO_STOP, NEITHER)
        for listed in posts.values()
        for post in listed
    ]
    began = time.process_time()
    for post in posts:
        commands_in(post, WORDS)
    assert (time.process_time() - began) / len(posts) < 250e-6


@pytest.mark.parametrize(
    "post", ["stop " * 5000, "talk to a " * 3000, "a" * 30_000, "停" * 20_000, "[" * 9000, "@" * 9000]
)
def test_a_very_long_message_is_read_in_a_moment(post: str) -> None:
    began = time.perf_counter()
    commands_in(post, WORDS)
    assert time.perf_counter() - began < 1
