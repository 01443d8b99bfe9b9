"""The few sentences that the agent says without a model, in the languages it screens."""

import re
from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Phrases:
    are_you_there: str
    opted_out: str
    stop_which: str
    """Asked after a stop in a call that a schedule has made."""
    stopped_these: str
    goodbye: str
    apology: str
    """When the agent cannot speak as it should."""
    nearly_over: str
    """Half a minute before a call has lasted as long as it may."""
    who: str
    """Who calls, for whom, and that it is an AI: {name}, {company}."""
    an_ai: str
    on_behalf: str
    """For whom, where the rest has been said: {company}."""
    reached: str
    """Who was reached by a call that came in, and that it is an AI: {name}, {company}."""
    reached_company: str
    """The same of the company only: {company}."""
    how_can_i_help: str
    closed: str
    """Nobody takes calls now."""
    how_to_opt_out: str
    is_recorded: str
    may_record: str
    not_recorded: str
    a_moment: str
    may_go_on: str
    looking_up: str
    """Covers the silence while a tool takes its time."""
    call_back: str
    """Where to call back: {number}."""
    purposes: Mapping[str, str]
    """What the call is for, by the rules' purposes. Of a debt nothing is said to whoever may have picked up (facts: dialer §1.1 US-13)."""


STRICTEST = "telemarketing"
"""What is said of a purpose that has no words here."""

_PHRASES = {
    "en": Phrases(
        are_you_there="Hello, are you there?",
        opted_out="Understood, we will not call you again. Goodbye.",
        stop_which="Do you mean only these regular calls, or all calls from us?",
        stopped_these="Understood, these calls will not come any more. Goodbye.",
        goodbye="I understand. Goodbye.",
        apology="I am sorry, something has gone wrong on our side. Goodbye.",
        nearly_over="I have to end this call shortly. Is there anything important left?",
        who="This is {name}, an AI assistant calling for {company}.",
        an_ai="You are speaking with an AI assistant.",
        on_behalf="I am calling on behalf of {company}.",
        reached="You have reached {company}. This is {name}, an AI assistant.",
        reached_company="You have reached {company}.",
        how_can_i_help="How can I help you?",
        closed="Nobody can take your call at the moment. Please call again later.",
        how_to_opt_out="To get no more calls, say so or press 9.",
        is_recorded="This call is recorded.",
        may_record="May I record this call?",
        not_recorded="All right, this call is not recorded.",
        a_moment="Do you have a moment?",
        may_go_on="May I go on?",
        looking_up="One moment, I am looking that up.",
        call_back="You can call us back at {number}.",
        purposes={
            "informational": "I am calling with information for you.",
            "telemarketing": "This is a sales call.",
            "care": "I am calling to ask how you are.",
            "survey": "I am calling for a survey.",
            "political": "This is a political call.",
            "charity": "I am calling to ask for a donation.",
            "debt": "I am calling about a personal business matter.",
        },
    ),
    "es": Phrases(
        are_you_there="Hola, ¿está usted ahí?",
        opted_out="Entendido, no le volveremos a llamar. Adiós.",
        stop_which="¿Se refiere solo a estas llamadas regulares, o a todas nuestras llamadas?",
        stopped_these="Entendido, no haremos más estas llamadas. Adiós.",
        goodbye="Entiendo. Adiós.",
        apology="Lo siento, algo ha fallado por nuestra parte. Adiós.",
        nearly_over="Tengo que terminar la llamada en breve. ¿Queda algo importante?",
        who="Le habla {name}, un asistente de inteligencia artificial, de parte de {company}.",
        an_ai="Está hablando con un asistente de inteligencia artificial.",
        on_behalf="Le llamo de parte de {company}.",
        reached="Ha llamado a {company}. Le habla {name}, un asistente de inteligencia artificial.",
        reached_company="Ha llamado a {company}.",
        how_can_i_help="¿En qué puedo ayudarle?",
        closed="En este momento nadie puede atender su llamada. Por favor, llame más tarde.",
        how_to_opt_out="Si no quiere más llamadas, dígalo o pulse el 9.",
        is_recorded="Esta llamada se graba.",
        may_record="¿Me permite grabar esta llamada?",
        not_recorded="De acuerdo, esta llamada no se graba.",
        a_moment="¿Tiene un momento?",
        may_go_on="¿Puedo continuar?",
        looking_up="Un momento, lo estoy consultando.",
        call_back="Puede devolvernos la llamada al {number}.",
        purposes={
            "informational": "Le llamo para darle una información.",
            "telemarketing": "Esta es una llamada comercial.",
            "care": "Le llamo para saber cómo está.",
            "survey": "Le llamo para una encuesta.",
            "political": "Esta es una llamada política.",
            "charity": "Le llamo para pedirle una donación.",
            "debt": "Le llamo por un asunto personal.",
        },
    ),
    "de": Phrases(
        are_you_there="Hallo, sind Sie noch da?",
        opted_out="Verstanden, wir rufen Sie nicht wieder an. Auf Wiederhören.",
        stop_which="Meinen Sie nur diese regelmäßigen Anrufe, oder alle Anrufe von uns?",
        stopped_these="Verstanden, diese Anrufe kommen nicht mehr. Auf Wiederhören.",
        goodbye="Verstehe. Auf Wiederhören.",
        apology="Es tut mir leid, bei uns ist etwas schiefgegangen. Auf Wiederhören.",
        nearly_over="Ich muss das Gespräch gleich beenden. Gibt es noch etwas Wichtiges?",
        who="Hier ist {name}, ein KI-Assistent, im Auftrag von {company}.",
        an_ai="Sie sprechen mit einem KI-Assistenten.",
        on_behalf="Ich rufe im Auftrag von {company} an.",
        reached="Sie haben {company} erreicht. Hier ist {name}, ein KI-Assistent.",
        reached_company="Sie haben {company} erreicht.",
        how_can_i_help="Wie kann ich Ihnen helfen?",
        closed="Im Moment kann niemand Ihren Anruf annehmen. Bitte rufen Sie später wieder an.",
        how_to_opt_out="Wenn Sie keine Anrufe mehr wünschen, sagen Sie es oder drücken Sie die 9.",
        is_recorded="Dieses Gespräch wird aufgezeichnet.",
        may_record="Darf ich dieses Gespräch aufzeichnen?",
        not_recorded="In Ordnung, dieses Gespräch wird nicht aufgezeichnet.",
        a_moment="Haben Sie einen Moment Zeit?",
        may_go_on="Darf ich fortfahren?",
        looking_up="Einen Moment, ich sehe nach.",
        call_back="Sie erreichen uns unter {number}.",
        purposes={
            "informational": "Ich habe eine Information für Sie.",
            "telemarketing": "Dies ist ein Werbeanruf.",
            "care": "Ich rufe an, um zu fragen, wie es Ihnen geht.",
            "survey": "Ich rufe wegen einer Umfrage an.",
            "political": "Dies ist ein politischer Anruf.",
            "charity": "Ich rufe an, um Sie um eine Spende zu bitten.",
            "debt": "Ich rufe in einer persönlichen Angelegenheit an.",
        },
    ),
    "fr": Phrases(
        are_you_there="Allô, vous êtes là ?",
        opted_out="C'est noté, nous ne vous appellerons plus. Au revoir.",
        stop_which="Parlez-vous seulement de ces appels réguliers, ou de tous nos appels ?",
        stopped_these="C'est noté, ces appels n'auront plus lieu. Au revoir.",
        goodbye="Je comprends. Au revoir.",
        apology="Je suis désolé, un problème est survenu de notre côté. Au revoir.",
        nearly_over="Je dois bientôt terminer cet appel. Reste-t-il quelque chose d'important ?",
        who="Ici {name}, un assistant d'intelligence artificielle, de la part de {company}.",
        an_ai="Vous parlez à un assistant d'intelligence artificielle.",
        on_behalf="Je vous appelle de la part de {company}.",
        reached="Vous êtes bien chez {company}. Ici {name}, un assistant d'intelligence artificielle.",
        reached_company="Vous êtes bien chez {company}.",
        how_can_i_help="Comment puis-je vous aider ?",
        closed="Personne ne peut prendre votre appel pour le moment. Veuillez rappeler plus tard.",
        how_to_opt_out="Pour ne plus recevoir d'appels, dites-le ou appuyez sur le 9.",
        is_recorded="Cet appel est enregistré.",
        may_record="Puis-je enregistrer cet appel ?",
        not_recorded="Très bien, cet appel n'est pas enregistré.",
        a_moment="Avez-vous un instant ?",
        may_go_on="Puis-je continuer ?",
        looking_up="Un instant, je vérifie.",
        call_back="Vous pouvez nous rappeler au {number}.",
        purposes={
            "informational": "Je vous appelle pour vous donner une information.",
            "telemarketing": "Ceci est un appel commercial.",
            "care": "Je vous appelle pour prendre de vos nouvelles.",
            "survey": "Je vous appelle pour un sondage.",
            "political": "Ceci est un appel politique.",
            "charity": "Je vous appelle pour vous demander un don.",
            "debt": "Je vous appelle pour une affaire personnelle.",
        },
    ),
    "pt": Phrases(
        are_you_there="Olá, está aí?",
        opted_out="Entendido, não voltaremos a ligar. Adeus.",
        stop_which="Refere-se apenas a estas chamadas regulares, ou a todas as nossas chamadas?",
        stopped_these="Entendido, estas chamadas não voltarão a ser feitas. Adeus.",
        goodbye="Compreendo. Adeus.",
        apology="Peço desculpa, algo correu mal do nosso lado. Adeus.",
        nearly_over="Tenho de terminar a chamada em breve. Falta alguma coisa importante?",
        who="Aqui fala {name}, um assistente de inteligência artificial, em nome de {company}.",
        an_ai="Está a falar com um assistente de inteligência artificial.",
        on_behalf="Ligo em nome de {company}.",
        reached="Ligou para {company}. Aqui fala {name}, um assistente de inteligência artificial.",
        reached_company="Ligou para {company}.",
        how_can_i_help="Em que posso ajudar?",
        closed="De momento ninguém pode atender a sua chamada. Por favor, ligue mais tarde.",
        how_to_opt_out="Se não quiser mais chamadas, diga-o ou prima o 9.",
        is_recorded="Esta chamada é gravada.",
        may_record="Posso gravar esta chamada?",
        not_recorded="Está bem, esta chamada não é gravada.",
        a_moment="Tem um momento?",
        may_go_on="Posso continuar?",
        looking_up="Um momento, estou a verificar.",
        call_back="Pode ligar-nos de volta para {number}.",
        purposes={
            "informational": "Ligo para lhe dar uma informação.",
            "telemarketing": "Esta é uma chamada comercial.",
            "care": "Ligo para saber como está.",
            "survey": "Ligo para um inquérito.",
            "political": "Esta é uma chamada política.",
            "charity": "Ligo para lhe pedir um donativo.",
            "debt": "Ligo por um assunto pessoal.",
        },
    ),
    "hi": Phrases(
        are_you_there="हैलो, क्या आप सुन रहे हैं?",
        opted_out="समझ गए, हम आपको दोबारा कॉल नहीं करेंगे। नमस्ते।",
        stop_which="क्या आप केवल ये नियमित कॉल बंद चाहते हैं, या हमारी सभी कॉल?",
        stopped_these="समझ गए, ये कॉल अब नहीं आएँगी। नमस्ते।",
        goodbye="ठीक है। नमस्ते।",
        apology="माफ़ कीजिए, हमारी तरफ़ से कुछ गड़बड़ हो गई है। नमस्ते।",
        nearly_over="मुझे यह कॉल जल्द समाप्त करनी होगी। क्या कुछ ज़रूरी बाक़ी है?",
        who="मैं {name}, {company} की ओर से बोल रहा एक एआई सहायक हूँ।",
        an_ai="आप एक एआई सहायक से बात कर रहे हैं।",
        on_behalf="यह कॉल {company} की ओर से है।",
        reached="आपने {company} को कॉल किया है। मैं {name}, एक एआई सहायक हूँ।",
        reached_company="आपने {company} को कॉल किया है।",
        how_can_i_help="मैं आपकी क्या मदद कर सकता हूँ?",
        closed="इस समय कोई आपकी कॉल नहीं ले सकता। कृपया बाद में कॉल कीजिए।",
        how_to_opt_out="आगे कॉल न चाहें तो कहिए या 9 दबाइए।",
        is_recorded="यह कॉल रिकॉर्ड की जा रही है।",
        may_record="क्या मैं यह कॉल रिकॉर्ड कर सकता हूँ?",
        not_recorded="ठीक है, यह कॉल रिकॉर्ड नहीं की जा रही है।",
        a_moment="क्या आपके पास थोड़ा समय है?",
        may_go_on="क्या मैं आगे बात करूँ?",
        looking_up="एक क्षण, मैं देख रहा हूँ।",
        call_back="आप हमें इस नंबर पर कॉल कर सकते हैं: {number}।",
        purposes={
            "informational": "आपके लिए एक जानकारी है।",
            "telemarketing": "यह एक बिक्री कॉल है।",
            "care": "आपका हालचाल पूछने के लिए कॉल है।",
            "survey": "यह कॉल एक सर्वेक्षण के लिए है।",
            "political": "यह एक राजनीतिक कॉल है।",
            "charity": "यह कॉल दान माँगने के लिए है।",
            "debt": "यह कॉल एक निजी मामले के बारे में है।",
        },
    ),
}

_DIGITS = re.compile(r"[0-9]+")


def for_language(language: str) -> Phrases:
    """The sentences for a BCP 47 tag such as "es" or "pt-BR"; English where there are none."""
    return _PHRASES.get(base_language(language), _PHRASES["en"])


def base_language(language: str) -> str:
    """The two- or three-letter code that speech models take."""
    return language.replace("_", "-").split("-")[0].lower() or "en"


def spoken_number(written: str) -> str:
    """A written phone number digit by digit, in the groups it is written in: "(202) 555-0199" is "2 0 2, 5 5 5, 0 1 9 9"."""
    return ", ".join(" ".join(group) for group in _DIGITS.findall(written))
