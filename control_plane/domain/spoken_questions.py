"""What a callee is asked about a time that was not clear, in each language that agents speak. The English question says most exactly what
was not understood; in the others it is asked for what is missing."""

from collections.abc import Mapping
from datetime import date, datetime

from control_plane.domain.read_back_tongues import base_of, tongue_of
from control_plane.domain.spoken_phrase import Missing, Question

NOT_MOVED = Question(
    "Check-ups are moved by the people who look after them. Shall I pass on that another time would be better?", Missing.PERMISSION
)
_DE = {
    Missing.WHEN: "Wann genau sollen wir anrufen?",
    Missing.TIME: "Um wie viel Uhr sollen wir anrufen?",
    Missing.CHOICE: "Meinen Sie {options}?",
    Missing.NOON: "Meinen Sie zwölf Uhr mittags oder Mitternacht?",
    Missing.MIDNIGHT: "Mitternacht am Anfang dieses Tages oder an seinem Ende?",
    Missing.DAY: "Welchen Tag meinen Sie?",
    Missing.WEEKDAY: "An welchem Wochentag?",
    Missing.ZONE: "Welche Zeitzone meinen Sie?",
    Missing.OFTEN: "Wie oft sollen wir anrufen: jeden Tag, jede Woche, oder an welchen Tagen?",
    Missing.FUTURE: "Diese Zeit ist schon vorbei. Wann sollen wir anrufen?",
    Missing.SOONER: "Weiter als ein Jahr voraus können wir nichts versprechen. Wann sollen wir anrufen?",
    Missing.PERMISSION: "Diese Anrufe verlegen die Menschen, die sich darum kümmern. Soll ich sagen, dass eine andere Zeit besser wäre?",
}
_ES = {
    Missing.WHEN: "¿Cuándo exactamente quiere que le llamemos?",
    Missing.TIME: "¿A qué hora quiere que le llamemos?",
    Missing.CHOICE: "¿Quiere decir {options}?",
    Missing.NOON: "¿Quiere decir a mediodía o a medianoche?",
    Missing.MIDNIGHT: "¿A medianoche al comienzo de ese día, o al final?",
    Missing.DAY: "¿Qué día quiere decir?",
    Missing.WEEKDAY: "¿Qué día de la semana?",
    Missing.ZONE: "¿Qué zona horaria quiere decir?",
    Missing.OFTEN: "¿Con qué frecuencia quiere que le llamemos: todos los días, cada semana, o qué días?",
    Missing.FUTURE: "Esa hora ya ha pasado. ¿Cuándo quiere que le llamemos?",
    Missing.SOONER: "No podemos prometer una llamada para dentro de más de un año. ¿Cuándo quiere que le llamemos?",
    Missing.PERMISSION: "Estas llamadas las cambian quienes se ocupan de ellas. ¿Quiere que les diga que otra hora sería mejor?",
}
_FR = {
    Missing.WHEN: "Quand exactement devons-nous vous appeler ?",
    Missing.TIME: "À quelle heure devons-nous vous appeler ?",
    Missing.CHOICE: "Voulez-vous dire {options} ?",
    Missing.NOON: "Voulez-vous dire midi ou minuit ?",
    Missing.MIDNIGHT: "Minuit au début de ce jour-là, ou à la fin ?",
    Missing.DAY: "Quel jour voulez-vous dire ?",
    Missing.WEEKDAY: "Quel jour de la semaine ?",
    Missing.ZONE: "Quel fuseau horaire voulez-vous dire ?",
    Missing.OFTEN: "À quelle fréquence devons-nous vous appeler : tous les jours, chaque semaine, ou quels jours ?",
    Missing.FUTURE: "Ce moment est déjà passé. Quand devons-nous vous appeler ?",
    Missing.SOONER: "Nous ne pouvons rien promettre à plus d'un an. Quand devons-nous vous appeler ?",
    Missing.PERMISSION: "Ces appels sont déplacés par les personnes qui s'en occupent. Dois-je leur dire qu'un autre moment irait mieux ?",
}
_PT = {
    Missing.WHEN: "Quando exatamente devemos ligar?",
    Missing.TIME: "A que horas devemos ligar?",
    Missing.CHOICE: "Você quer dizer {options}?",
    Missing.NOON: "Você quer dizer meio-dia ou meia-noite?",
    Missing.MIDNIGHT: "Meia-noite no começo desse dia, ou no fim?",
    Missing.DAY: "Que dia você quer dizer?",
    Missing.WEEKDAY: "Em que dia da semana?",
    Missing.ZONE: "Qual fuso horário você quer dizer?",
    Missing.OFTEN: "Com que frequência devemos ligar: todos os dias, toda semana, ou em que dias?",
    Missing.FUTURE: "Esse horário já passou. Quando devemos ligar?",
    Missing.SOONER: "Não podemos prometer uma ligação para daqui a mais de um ano. Quando devemos ligar?",
    Missing.PERMISSION: "Essas ligações são mudadas por quem cuida delas. Devo avisar que outro horário seria melhor?",
}
_HI = {
    Missing.WHEN: "हम आपको ठीक कब फ़ोन करें?",
    Missing.TIME: "हम आपको कितने बजे फ़ोन करें?",
    Missing.CHOICE: "क्या आपका मतलब {options} है?",
    Missing.NOON: "क्या आपका मतलब दोपहर बारह बजे है, या आधी रात?",
    Missing.MIDNIGHT: "उस दिन की शुरुआत वाली आधी रात, या उसके अंत वाली?",
    Missing.DAY: "आपका मतलब कौन सा दिन है?",
    Missing.WEEKDAY: "हफ़्ते के किस दिन?",
    Missing.ZONE: "आपका मतलब कौन सा समय क्षेत्र है?",
    Missing.OFTEN: "हम आपको कितनी बार फ़ोन करें: हर दिन, हर हफ़्ते, या किन दिनों में?",
    Missing.FUTURE: "वह समय बीत चुका है। हम आपको कब फ़ोन करें?",
    Missing.SOONER: "एक साल से आगे का वादा हम नहीं कर सकते। हम आपको कब फ़ोन करें?",
    Missing.PERMISSION: "इन फ़ोन का समय वही लोग बदलते हैं जो इनका ध्यान रखते हैं। क्या मैं उन्हें बता दूँ कि कोई और समय बेहतर होगा?",
}
ONE_TIME = Question("We call back once. When exactly should that be?")
WITHIN_A_YEAR = Question("We cannot promise a call that is more than a year away. When should we call?", Missing.SOONER)
_NOT_THEN = {
    "en": "We may not call at that time; the next time we may is {date} at {time}. Would that do, or when else?",
    "de": "Um diese Zeit dürfen wir nicht anrufen; danach frühestens am {date} {time}. Passt das, oder wann sonst?",
    "es": "A esa hora no podemos llamarle; después, lo antes posible sería el {date}, {time}. ¿Le viene bien, o cuándo si no?",
    "fr": "À ce moment-là, nous ne pouvons pas appeler ; ensuite, au plus tôt le {date} {time}. Cela vous convient-il, ou quand sinon ?",
    "pt": "Nesse horário não podemos ligar; depois, o mais cedo seria {date}, {time}. Pode ser, ou quando?",
    "hi": "उस समय हम फ़ोन नहीं कर सकते; उसके बाद सबसे पहले {date} को {time} कर सकते हैं। क्या यह ठीक रहेगा, या कब?",
}
_QUESTIONS: Mapping[str, Mapping[Missing, str]] = {"de": _DE, "es": _ES, "fr": _FR, "pt": _PT, "hi": _HI}
_OR = {"de": " oder ", "es": " o ", "fr": " ou ", "pt": " ou ", "hi": " या "}


def in_language(question: Question, language: str) -> str:
    """The question as it is to be spoken; in English where there are no words for the language here."""
    base = base_of(language)
    if base not in _QUESTIONS:
        return question.text
    tongue = tongue_of(base)
    options = (tongue.date(each) if isinstance(each, date) else tongue.time(each) for each in question.options)
    return _QUESTIONS[base][question.missing].format(options=_OR[base].join(options))


def not_then(opens_at: datetime, language: str) -> str:
    """Says that nobody may be called at the time that was named, and asks whether `opens_at` would do, on the clock that it has; in English
    where there are no words for the language here."""
    base = base_of(language) if base_of(language) in _NOT_THEN else "en"
    tongue = tongue_of(base)
    return _NOT_THEN[base].format(date=tongue.date(opens_at.date()), time=tongue.time(opens_at.time()))
