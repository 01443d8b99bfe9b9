"""What callees say when something is decided, in six languages, as patterns over plain text (`findings.plain`).

Tuned for precision: a wish that is missed stays unknown, while one that was never said would be believed. Every pattern stands between
spaces. All languages are asked at once, because callees change languages and the transcript's is not always known.
"""

import re
from collections.abc import Mapping
from re import Pattern

from sip_config.contract import Outcome


def _any(*patterns: str) -> Pattern[str]:
    return re.compile(" (?:" + "|".join(patterns) + ") ")


_CALL = "(?:call|phone|ring|contact|bother)"
OPT_OUT = _any(
    rf"(?:do not|dont|never|stop) (?:you )?(?:ever )?(?:{_CALL}|calling|phoning|ringing|contacting|bothering)"
    r"(?: me| us| here| this number| my number| this house)?(?: again| any ?more| ever again| please(?= $))",
    r"stop (?:calling|phoning|ringing|contacting|bothering)(?: me| us| here| this number)?",
    r"(?<! you )(?<! they )(?<! he )(?<! she )never (?:call|phone|contact|ring) (?:me|us|here|this number)(?! back)",
    r"(?:take|remove|strike|delete) (?:me|us|my (?:number|name)|this number) (?:off|from)"
    r" (?:your|the|this) (?:\w+ )?(?:list|lists|database|system)",
    r"(?:put|place|add) (?:me|us|my number) (?:on|to) (?:your|the) do not call(?: list)?",
    r"no me (?:vuelvan?|vuelvas) a llamar(?: mas)?",
    r"no (?:me )?(?:llamen|llame|llames) (?:mas|nunca mas|otra vez)",
    r"(?:dejen|deje) de llamar(?:me|nos)?",
    r"(?:borren|quiten|eliminen|borre|quite|elimine) mi numero(?: de (?:su|la) lista)?",
    r"ne (?:me |nous )?(?:rappelez|appelez|telephonez) (?:plus|jamais)(?: jamais)?",
    r"(?:arretez|cessez) de (?:mappeler|me appeler|me telephoner|nous appeler)",
    r"(?:retirez|enlevez|supprimez) (?:moi|mon numero)(?: de (?:votre|la) liste)?",
    r"(?:rufen|ruf) sie (?:mich |uns |hier )?(?:bitte )?(?:nie|nicht) (?:mehr|wieder)(?: an)?",
    r"(?:nicht|nie) mehr (?:anrufen|an rufen|kontaktieren)",
    r"(?:streichen|loschen|nehmen) sie (?:mich|meine nummer)(?: bitte)?(?: (?:von|aus) (?:ihrer|der) liste)?",
    r"horen sie auf (?:mich )?anzurufen",
    r"nao (?:me )?(?:ligue|liguem|telefone|telefonem) (?:mais|nunca mais|novamente)",
    r"(?:pare|parem) de (?:me )?ligar",
    r"(?:tire|tirem|retire|retirem|remova|removam) (?:o )?meu numero(?: da (?:sua )?lista)?",
    r"(?:मुझे |हमें )?(?:दोबारा|फिर से|आगे से|फिर कभी) (?:कॉल|फोन|फ़ोन) (?:मत|ना|न) (?:करना|करो|कीजिए|करिए|करें|कीजिएगा)",
    r"(?:कॉल|फोन|फ़ोन) (?:करना )?बंद (?:करो|कीजिए|करिए|करें|कर दो|कर दीजिए)",
)
_BY_OUTCOME: tuple[tuple[Outcome, Pattern[str]], ...] = (
    (
        Outcome.WRONG_NUMBER,
        _any(
            r"(?:you have|youve got|you got|this is|its|thats) (?:the )?(?:a )?wrong number",
            r"wrong number",
            r"(?:no one|nobody|there is no one|theres no one|theres nobody) (?:here )?(?:by|with|of) that name",
            r"numero equivocado",
            r"se ha equivocado de numero",
            r"(?:faux|mauvais) numero",
            r"vous vous (?:etes )?trompez? de numero",
            r"(?:falsch verbunden|falsche nummer|verwahlt)",
            r"numero errado",
            r"(?:ligou|foi) engano",
            r"(?:गलत|ग़लत|रॉन्ग) नंबर",
        ),
    ),
    (
        Outcome.WRONG_PERSON,
        _any(
            r"(?:i am|im) not (?:him|her|that person|the (?:person|one) you)",
            r"(?:she|he) (?:doesnt|does not|no longer) lives? here(?: any ?more)?",
            r"(?:she|he)(?:s| is) not (?:here|home|in|available)(?: right now| at the moment)?",
            r"(?:ella|el) no esta(?: en casa)?",
            r"(?:il|elle) (?:nest|ne est) pas (?:la|ici|a la maison)",
            r"(?:er|sie) ist (?:gerade )?nicht (?:da|zu hause)",
            r"(?:ele|ela) nao esta(?: em casa)?",
            r"(?:वो|वह|वे) (?:घर पर |यहाँ )?नहीं (?:हैं|है)",
        ),
    ),
    (
        Outcome.DECEASED_OR_VULNERABLE,
        _any(
            r"(?:he|she|my (?:husband|wife|father|mother|son|daughter|brother|sister|dad|mum|mom)) (?:has |is )?"
            r"(?:passed away|died|dead|deceased)",
            r"(?:ha fallecido|murio|fallecio)",
            r"(?:il|elle) est (?:decede|decedee|mort|morte)",
            r"(?:er|sie) ist (?:verstorben|gestorben)",
            r"(?:ele|ela) (?:faleceu|morreu)",
            r"(?:गुजर|गुज़र) (?:गए|गयी|गई)",
        ),
    ),
    (
        Outcome.LANGUAGE_BARRIER,
        _any(
            r"(?:i )?(?:dont|do not|no) (?:speak|understand) (?:any |much )?(?:english|spanish|french|german|portuguese|hindi)",
            r"no (?:hablo|entiendo) (?:ingles|espanol|frances|aleman|portugues)",
            r"je ne (?:parle|comprends) pas (?:anglais|francais|lallemand|langlais)",
            r"ich (?:spreche|verstehe) kein (?:englisch|deutsch|franzosisch|spanisch)",
            r"(?:eu )?nao (?:falo|entendo) (?:ingles|portugues|espanhol)",
            r"(?:मुझे )?(?:अंग्रेजी|अंग्रेज़ी|इंग्लिश|हिंदी) नहीं (?:आती|आता)",
        ),
    ),
    (
        Outcome.NOT_INTERESTED,
        _any(
            r"(?:(?:am|im|is|are|were|was) )?(?:not|never|no longer)(?: really| at all| very)? interested(?: in .{0,40})?",
            r"(?:no|not any) interest",
            r"(?:i |we )?(?:dont|do not) (?:want|need) (?:it|that|this|any|one|anything|your \w+)",
            r"no (?:thanks|thank you)",
            r"(?:ill|i will|we will|well) pass",
            r"not for (?:me|us)",
            r"no (?:me|nos) interesa",
            r"no estoy interesad[oa]",
            r"no gracias",
            r"(?:je ne suis |ca ne )?(?:pas interesse|pas interessee|minteresse pas|me interesse pas)",
            r"non merci",
            r"(?:kein interesse|nicht interessiert|nein danke)",
            r"nao (?:tenho interesse|estou interessad[oa]|me interessa|obrigad[oa])",
            r"(?:मुझे )?(?:कोई )?(?:रुचि|दिलचस्पी|इंटरेस्ट|जरूरत|ज़रूरत) नहीं(?: है)?",
            r"(?:जी )?नहीं (?:धन्यवाद|शुक्रिया)",
            r"नहीं चाहिए",
        ),
    ),
    (
        Outcome.CALLBACK,
        _any(
            r"(?<! never )(?<! not )(?<! dont )(?<! didnt )(?:call|phone|ring) (?:me|us)"
            r" (?:back|later|again later|tomorrow|tonight|next \w+|on \w+day|in (?:an?|the|\w+) \w+|after \w+)",
            r"(?:can|could) you (?:call|phone|ring|try)(?: me| us)? (?:back|later|again|tomorrow)",
            r"(?:not|isnt|is not) a good time(?: right now)?",
            r"(?:im|i am) (?:busy|driving|at work|in a meeting)(?: right now| at the moment)?",
            r"(?:llamame|llameme|llamenme|llame) (?:mas tarde|luego|manana|despues|otro dia)",
            r"(?:estoy|ahora estoy) (?:ocupad[oa]|conduciendo|trabajando)",
            r"rappelez (?:moi|nous)(?: (?:plus tard|demain|lundi|mardi|mercredi|jeudi|vendredi))?",
            r"je suis (?:occupe|occupee|en reunion|au volant)",
            r"(?:rufen sie (?:mich )?(?:bitte )?(?:spater|morgen|nachher|noch ?mal))(?: an| zuruck)?",
            r"ich (?:bin gerade beschaftigt|habe gerade keine zeit)",
            r"(?:me )?ligue (?:mais tarde|depois|amanha)",
            r"(?:estou|agora estou) (?:ocupad[oa]|dirigindo)",
            r"(?:बाद में|कल|शाम को) (?:कॉल|फोन|फ़ोन) (?:करना|कीजिए|करिए|करें|कीजिएगा)",
        ),
    ),
    (
        Outcome.SUCCESS,
        _any(
            r"(?:im|i am|were|we are|yes) (?:very |really |definitely |quite )?interested",
            r"(?:that|it|this|\w+day)(?: \w+){0,3} (?:works|suits|sounds (?:good|great|perfect|fine))(?: for)?(?: me| us)?",
            r"(?:lets|let us) (?:do|book|schedule|go ahead)(?: it| that| with it)?",
            r"(?:id|i would|we would|wed) (?:like|love) to (?:book|buy|order|sign up|schedule|join|renew|go ahead|come"
            r"|make an appointment)",
            r"(?:sign|count) me (?:up|in)",
            r"(?:please )?book (?:it|me|that)(?: in)?",
            r"(?:ill|i will|we will) (?:take it|be there|come|renew|buy it|go ahead)",
            r"(?:i|we) (?:can )?confirm(?: the appointment| it| that)?",
            r"(?:si )?(?:me|nos) interesa(?: mucho)?",
            r"estoy interesad[oa]",
            r"(?:me parece bien|de acuerdo|me viene bien|lo confirmo|confirmo)",
            r"(?:ca|cela) (?:minteresse|me interesse|me convient|me va)",
            r"je suis (?:tres )?interessee?",
            r"(?:je confirme|daccord on fait)",
            r"(?:das|es) (?:passt|klingt gut|interessiert mich)(?: mir)?",
            r"ich (?:bin interessiert|habe interesse|bestatige|mochte (?:buchen|bestellen|einen termin))",
            r"(?:tenho interesse|estou interessad[oa]|me interessa|pode marcar|eu confirmo|combinado)",
            r"(?:मुझे |मेरी )?(?:रुचि|दिलचस्पी|इंटरेस्ट) है",
            r"(?:ठीक है )?(?:बुक|पक्का) कर (?:दीजिए|दो|दें)",
        ),
    ),
)
"""In the order in which they are asked: what is named first explains away the words of what follows."""
_DOUBT = _any(
    *(r"if (?:i|we) (?:am|are|was|were)(?: \w+)?", "wouldnt be", "would be", "never said", "didnt say", "did not say"),
    *("not sure(?: if| whether| that)?", "if it", "if that", "maybe", "perhaps", "might be"),
    *("quizas", "peut etre", "vielleicht", "talvez", "शायद"),
)
"""Beside one of these a yes is none."""
_NOT = _any(*("not", "dont", "doesnt", "cant", "wont", "isnt", "no", "nao", "nicht", "kein", "keine", "pas", "नहीं"))
YES = re.compile(
    r"^ (?:(?:well|oh|ok|okay|um|uh|so|hmm|pues|bueno|also|alors|bom|जी|अच्छा) )*"
    r"(?:yes|yeah|yep|yup|sure|absolutely|definitely|of course|certainly|sounds good|please do"
    r"|si|claro|por supuesto|oui|bien sur|volontiers"
    r"|ja|gerne|naturlich|jawohl|sim|com certeza|haan|हाँ|हां|जी|बिल्कुल|ज़रूर|जरूर) "
)
NO = re.compile(r"^ (?:(?:well|oh|um|uh|pues|alors|bom|जी) )*(?:no|nope|nah|non|nein|nao|नहीं) ")
OFFERS = _any(
    r"(?:would|do) you (?:like|want) (?:to|me to|us to|an? )?.*",
    r"(?:shall|should|may|can) (?:i|we) (?:book|schedule|sign|put|reserve|order|confirm|renew|set) .*",
    r"(?:does|will) .* (?:work|suit)(?: for)?(?: you)?",
    r"are you (?:still )?interested.*",
    r"(?:can|do) you confirm .*",
    r"(?:le gustaria|quiere|le interesa|le interesaria|le viene bien|confirma) .*",
    r"(?:voulez vous|souhaitez vous|etes vous interesse|aimeriez vous|confirmez vous) .*",
    r"(?:mochten sie|wollen sie|sind sie interessiert|passt ihnen|bestatigen sie|soll ich) .*",
    r"(?:gostaria|quer|tem interesse|posso marcar|confirma|o senhor quer|a senhora quer) .*",
    r"(?:क्या आप|क्या मैं) .*(?:चाहेंगे|चाहेंगी|चाहते|चाहती|बुक|रुचि).*",
)
"""Questions of the agent to which a bare yes is what was wanted. A yes to "do you have a minute?" is not."""
TOPICS: Mapping[str, Pattern[str]] = {
    "price": _any(
        r"(?:how much|price|prices|pricing|cost|costs|expensive|cheap|cheaper|discount|fee|fees)",
        r"(?:cuanto cuesta|precio|precios|caro|descuento|prix|combien|cher|remise|preis|preise|kostet|kosten|teuer|rabatt"
        r"|preco|precos|quanto custa|desconto|कीमत|दाम|कितने का|महंगा)",
    ),
    "appointment": _any(
        r"(?:appointment|appointments|booking|reschedule|check up|visit|tour|viewing)",
        r"(?:cita|rendez vous|termin|consulta|agendamento|visita|अपॉइंटमेंट)",
    ),
    "payment": _any(
        r"(?:payment|payments|pay|paid|invoice|bill|refund|credit card|charged)",
        r"(?:pago|factura|reembolso|paiement|facture|remboursement|zahlung|rechnung|bezahlen|pagamento|fatura|reembolso|भुगतान|बिल)",
    ),
    "complaint": _any(
        r"(?:complaint|complain|terrible|unacceptable|awful|broken|doesnt work|not working|never arrived|disappointed)",
        r"(?:queja|reclamacion|plainte|reclamation|inacceptable|beschwerde|kaputt|reclamacao|pessimo|शिकायत|खराब)",
    ),
    "cancellation": _any(
        r"(?:cancel|cancelling|canceling|cancellation|terminate)",
        r"(?:cancelar|anular|annuler|resilier|kundigen|stornieren|absagen|रद्द)",
    ),
    "delivery": _any(
        r"(?:delivery|deliver|shipping|shipped|package|parcel)",
        r"(?:entrega|envio|paquete|livraison|colis|lieferung|paket|encomenda|डिलीवरी)",
    ),
    "health": _any(
        r"(?:doctor|medication|medicine|pills|pain|hospital|fell|dizzy|sick|ill)",
        r"(?:medico|medicina|dolor|hospital|medecin|medicament|douleur|hopital|arzt|medikament|schmerzen|krankenhaus|remedio|dor|दवा|दर्द|डॉक्टर)",
    ),
    "contract": _any(
        r"(?:contract|renewal|renew|subscription|membership|agreement)",
        r"(?:contrato|renovacion|suscripcion|contrat|abonnement|vertrag|verlangerung|assinatura|renovacao|सदस्यता)",
    ),
}
POSITIVE = _any(
    r"(?:great|wonderful|excellent|perfect|lovely|fantastic|thank you so much|thanks so much|very helpful|appreciate it"
    r"|happy|glad|awesome)",
    r"(?:genial|perfecto|excelente|maravilloso|muchas gracias|parfait|genial|merci beaucoup|super|wunderbar|perfekt|vielen dank|prima"
    r"|otimo|perfeito|maravilha|muito obrigad[oa]|बहुत अच्छा|बहुत बढ़िया|बहुत धन्यवाद|शानदार)",
)
NEGATIVE = _any(
    r"(?:terrible|awful|angry|annoyed|annoying|upset|ridiculous|unacceptable|disgusting|horrible|frustrated|fed up|harassment|scam"
    r"|waste of (?:my )?time|leave me alone|disappointed|worried|sad|lonely)",
    r"(?:horrible|enfadad[oa]|molest[oa]|ridiculo|estafa|furieux|enerve|scandaleux|arnaque|wutend|verargert|unverschamt|frechheit|betrug"
    r"|irritad[oa]|pessimo|absurdo|golpe|परेशान|गुस्सा|बकवास|धोखा)",
)


def outcomes_in(text: str) -> list[Outcome]:
    """What a plain text decides, the strongest first."""
    return [outcome for outcome, pattern in _BY_OUTCOME if _holds(outcome, pattern, text)]


def _holds(outcome: Outcome, pattern: Pattern[str], text: str) -> bool:
    match = pattern.search(text)
    if match is None:
        return False
    if outcome is not Outcome.SUCCESS:
        return True
    return not _DOUBT.search(text) and not _NOT.search(" " + " ".join(text[: match.start()].split()[-2:]) + " ")


def is_negated(text: str, at: int) -> bool:
    """Whether one of the two words before the place `at` says no."""
    return bool(_NOT.search(" " + " ".join(text[:at].split()[-2:]) + " "))
