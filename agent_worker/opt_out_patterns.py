"""The words of "never call me again" in six languages, as patterns over normalised text (lower case, no accents, one sentence at a time).

Each language has `wishes`, of which one must be found, and `limits`, of which none may be in the same sentence: a wish about a time,
a place or another thing goes to the model. Tuned on opt_out_corpus.yaml and the first part of opt_out_fresh.yaml beside the test, which
says what sentences that nobody had tuned on gave.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Wording:
    wishes: tuple[str, ...]
    limits: tuple[str, ...] = ()


_ME = r"(?:me|us|here|this (?:phone number|phone|number|line)|my (?:phone )?number|my phone)"
_EN_VERB = r"(?:call|phone|ring|dial|contact|bother|telephone)"
# A wish ends there or goes on politely; "… before six", "… Mr. Smith", "… on Sundays" are other wishes.
_EN_END = (
    r"(?=[^\w']*$|[,;:!?-]|[^\w']+(?:please|thanks|thank you|and|or|okay|ok|you|because|from now)\b)(?!\W+(?:i'll|i will|we'll|i can) call)"
)
_EN_AGAIN = r"(?: (?:ever again|ever|again|back|any ?more|at all|any longer|no more))+"

ENGLISH = Wording(
    wishes=(
        rf"(?<!can't )(?<!cannot )(?<!did you )(?<!did they )\b(?:stop|quit|cease) (?:ever )?"
        rf"(?:calling|phoning|ringing|contacting|bothering|telephoning)\b(?: {_ME})?(?:{_EN_AGAIN})?{_EN_END}",
        rf"\b(?:do not|don'?t|never)(?: you dare| you| ever| even)* {_EN_VERB} {_ME}(?:{_EN_AGAIN})?{_EN_END}",
        rf"\b(?:do not|don'?t|never)(?: you dare| you| ever)* {_EN_VERB} (?:back|again)(?:{_EN_AGAIN})?{_EN_END}",
        rf"\bnot (?:to )?(?:ever )?{_EN_VERB} {_ME}{_EN_AGAIN}{_EN_END}",
        rf"\b(?:do not|don'?t|never) (?:ever )?(?:want|wish|like)\b.{{0,25}}\b(?:called|calling|call|contacted"
        rf"|contact|phoned|hear from (?:you|them))"
        rf"(?: {_ME})?{_EN_AGAIN}{_EN_END}",
        r"\b(?:do not|don'?t) (?:want|wish)\b.{0,20}\b(?:any(?: more| further)?|more|your|these) (?:\w+ )?calls\b",
        r"\b(?:remove|take|delete|get|scratch|strike|drop|erase) (?:me|us|my (?:phone )?(?:name|number)"
        r"|this number)\b.{0,20}\b(?:from|off|out of)\b"
        r".{0,25}\b(?:list|lists|database|system|records|files)\b",
        r"\b(?:be|get) (?:removed|taken|deleted|struck)\b.{0,15}\b(?:from|off|out of)\b.{0,25}\b(?:list|lists"
        r"|database|system|records|files)\b",
        r"\b(?:make sure|see that|see to it)\b.{0,25}\bcalls? (?:me|us|here)(?: ever)? again\b",
        r"\bkeep calling\b.{0,20}\bstop\b(?! by)",
        r"\b(?:delete|erase|lose) my (?:phone )?number\b",
        r"\b(?:do[ -]not|don'?t)[ -]call[ -](?:list|registry|register)\b",
        r"\bno more (?:phone )?calls\b(?! (?:before|after|until|at|on|in|today|tonight|this))",
        r"\bstop (?:these|those|all|your|the|with the|with these) (?:\w+ )?calls\b",
        r"\b(?:scrub|wipe|purge|clear|expunge) (?:me|us|my (?:phone )?(?:name|number)|this number)\b"
        r".{0,30}\b(?:list|lists|database|system|records)\b",
        rf"\b(?:not|don'?t|no longer|never) (?:have|had) (?:my |any |the )?(?:permission|consent) to {_EN_VERB} {_ME}",
        rf"\b(?:make sure|see that|see to it|ensure)\b.{{0,25}}\b(?:nobody|no one|no-one)\b.{{0,30}}\b{_EN_VERB}s? {_ME}\b",
        r"\b(?:don'?t|do not|never)(?: ever)? (?:want|wish|care) to hear from (?:you|them)\b.{0,20}\b(?:again|any ?more|ever)\b",
        rf"\b(?:refrain|desist|abstain) from (?:calling|phoning|ringing|contacting|bothering|telephoning)\b(?: {_ME})?",
        r"\bunsubscribe (?:me|us)\b",
        r"\b(?:to|me|us|please|i) opt out\b|\bopt (?:me|us) out\b",
    )
)

_ES_CALL = r"(?:llame[ns]?|llamar(?:an)?|contacte[ns]?|contactar|moleste[ns]?|molestar|telefonee[ns]?|telefonear)"
_ES_LIMIT = (
    r"(?! (?:antes|despues|hasta|hoy|manana|tan|por (?:la|las|el)|de noche|los|las|el|la|al|a las?|en|durante"
    r"|mientras|cuando|entre|esta)\b)"
)
SPANISH = Wording(
    wishes=(
        r"\b(?:no|nunca|jamas) (?:mas )?(?:me |nos )?vuelva[ns]? a (?:llamar|marcar|contactar|molestar|telefonear)(?:me|nos)?\b"
        + _ES_LIMIT,
        r"\bno (?:quiero|deseo|queremos|deseamos) que (?:me |nos )?vuelva[ns]? a (?:llamar|marcar|contactar|molestar)(?:me|nos)?\b"
        + _ES_LIMIT,
        r"\b(?:le|les|os|te) prohib\w+ (?:que )?(?:me |nos )?(?:llam|marqu|contact|molest|telefone)\w+" + _ES_LIMIT,
        r"\bno (?:quiero|deseo|queremos|deseamos) (?:recibir )?(?:ni una|ninguna)(?: otra| sola)? llamada\b" + _ES_LIMIT,
        r"\bque no (?:me|nos) llame nadie (?:mas|de)\b" + _ES_LIMIT,
        r"\bolvide(?:n?se) de (?:mi (?:numero|telefono)|llamar(?:me|nos))\b",
        r"\b(?:borrar|eliminar|quitar|sacar|retirar) (?:mi|este|nuestro) (?:numero|telefono|nombre)\b",
        rf"\bno (?:me |nos )?{_ES_CALL} (?:mas|nunca mas|nunca|jamas|otra vez|de nuevo)\b" + _ES_LIMIT,
        rf"\b(?:ya no|nunca mas|jamas) (?:me |nos ){_ES_CALL}\b" + _ES_LIMIT,
        r"(?<!no )\b(?:deje[ns]?|pare[ns]?|cese[ns]?) (?:ya )?de (?:llamar|molestar|contactar|telefonear)(?:me|nos)?\b" + _ES_LIMIT,
        r"\b(?:quite|borre|elimine|saque|retire|quita|borra|elimina|saca)n?me\b.{0,25}\b(?:lista|listas|base|registro|contactos)\b",
        r"\bme (?:quite|borre|elimine|saque|retire)n?\b.{0,25}\b(?:lista|listas|base|registro)\b",
        r"\b(?:quite|borre|elimine|saque|retire|quita|borra|elimina|saca)n? (?:mi|este|nuestro) (?:numero|telefono|nombre)\b",
        r"\bno (?:quiero|deseo|queremos|deseamos) (?:recibir )?(?:mas )?llamadas\b" + _ES_LIMIT,
        r"\bno (?:quiero|deseo|queremos|deseamos) que (?:me|nos) (?:llame[ns]?|contacte[ns]?|moleste[ns]?)(?: mas| nunca mas| nunca)?\b"
        + _ES_LIMIT,
        r"\b(?:de|den|da)(?:n?me|n?nos) de baja\b",
    )
)

_FR_CALL = r"(?:appeler|rappeler|telephoner|contacter|deranger|harceler|importuner|embeter)"
_FR_LIMIT = (
    r"(?! (?:tard|tot|souvent|avant|apres|le|les|la|ce (?:soir|matin|midi)|aujourd|demain|cette|pendant|sur"
    r"|au (?!tel)|a (?!ce)|quand|si)\b)"
)
FRENCH = Wording(
    wishes=(
        r"(?:\bn[e'] ?(?:me |m'|nous )?|\bm')(?:appelez|rappelez|telephonez|contactez|derangez|appelle"
        r"|rappelle) (?:plus(?: jamais)?|jamais)\b" + _FR_LIMIT,
        rf"\bne plus (?:jamais )?(?:me |m'|nous )?{_FR_CALL}\b" + _FR_LIMIT,
        rf"\b(?:arrete[rz]?|arretiez|cesse[rz]?|cessiez) (?:de |d')(?:me |m'|nous )?{_FR_CALL}\b" + _FR_LIMIT,
        r"\b(?:arrete[rz]?|cesse[rz]?) (?:ces|vos|les) appels\b",
        r"\b(?:retire|enleve|supprime|raye|efface|ote)z?-(?:moi|nous)\b.{0,25}\b(?:listes?|base|fichiers?)\b",
        r"\b(?:retire|enleve|supprime|raye|efface|ote)[rz]? (?:mon (?:numero|nom|contact|telephone)|mes (?:coordonnees|donnees))\b",
        r"\b(?:m'(?:enlever|effacer|oter)|me (?:retirer|rayer|supprimer))\b.{0,25}\b(?:listes?|base|fichiers?)\b",
        r"\betre (?:retire|enleve|raye|supprime)e?s? (?:de |du ).{0,15}\b(?:listes?|base|fichiers?)\b",
        r"\b(?:veux|voulons|souhaite|souhaitons|desire) plus (?:jamais )?(?:etre (?:appele|rappele|contacte|derange)e?s?"
        r"|recevoir (?:d'appels?|vos appels|des appels)|que (?:vous|l'on|on) (?:m'|me |nous )?(?:appel|rappel|contact"
        r"|telephon)\w+|vous entendre"
        r"|d'appels?|de vos appels)\b" + _FR_LIMIT,
        r"\bplus (?:jamais )?d'appels?\b" + _FR_LIMIT,
        rf"\binterdis de (?:me |m'|nous )?{_FR_CALL}\b" + _FR_LIMIT,
        r"\b(?:fichez|foutez|laissez)-(?:moi|nous) (?:donc )?(?:la|en) paix\b",
        r"\b(?:assez|marre) de (?:vos|ces) (?:appels|coups de fil)\b",
        r"\bplus personne\b.{0,25}\bn[e'] ?(?:m'|me |nous )(?:appelle|rappelle|telephone|contacte|derange)\b" + _FR_LIMIT,
        r"\bdesinscri(?:vez|s|re)-?(?:moi)?\b",
    )
)

_DE_NEVER = r"(?:nie wieder|nie mehr|niemals wieder|niemals mehr|nicht mehr|nicht wieder|nicht noch ?einmal)"
GERMAN = Wording(
    wishes=(
        rf"\bruf(?:en sie|t|e)?\b(?: (?!sie)\w+){{0,3}} {_DE_NEVER}(?: hier| bei mir)? an\b",
        rf"\b{_DE_NEVER} (?:hier |bei mir )?(?:anrufen|angerufen werden|anzurufen|kontaktieren|kontaktiert werden"
        rf"|belastigen|belastigt werden)\b",
        r"\bverbiete (?:ihnen|dir|euch)\b.{0,30}\banzurufen\b",
        r"\b(?:mich|uns|meine (?:telefon|handy)?nummer) (?:von|aus) \w+ \w*(?:liste|datenbank"
        r"|kartei)\b.{0,5}\b(?:streichen|loschen|nehmen|entfernen)\b",
        r"\b(?:horen sie|hor|hort)\b(?: \w+){0,2} auf\b,?(?: \w+){0,3} (?:anzurufen|zu belastigen|mit (?:den|diesen|ihren) anrufen)",
        r"\bkeine[nr]? (?:weitere[nr]? (?:anrufe?n?|kontakt)|anrufe? mehr|kontakt mehr)\b",
        r"\b(?:streichen|loschen|nehmen|entfernen|tilgen) sie (?:bitte )?(?:mich|uns|meine (?:telefon|handy)?(?:nummer|daten))\b"
        r".{0,25}\b\w*(?:liste|datenbank|kartei|verzeichnis|verteiler|system)\b",
        rf"\b(?:von (?:ihnen|euch|dir) {_DE_NEVER}(?: etwas| was)?|{_DE_NEVER} (?:etwas |was )?von (?:ihnen|euch|dir)) (?:zu )?horen\b",
        r"\bverbitte (?:mir|uns)\b.{0,20}\b(?:anrufe?|kontakte?|belastigung(?:en)?)\b",
        r"\b(?:lassen sie|lasst|lass) (?:mich|uns)\b.{0,15}\bin (?:ruhe|frieden)\b",
        r"\bdass (?:mich|uns|hier) (?:keiner|niemand) mehr\b.{0,20}\b(?:anruft|kontaktiert|belastigt)\b",
        r"\b(?:losch|entfern)(?:en sie|e|t)? (?:bitte )?meine (?:telefon|handy)?(?:nummer|daten|kontaktdaten)\b",
        r"\bmeine (?:telefon|handy)?(?:nummer|daten)\b.{0,35}\b(?:loschen|entfernen|streichen)\b",
        rf"\b(?:kontaktieren|belastigen|storen) sie (?:mich|uns) (?:bitte )?{_DE_NEVER}",
        rf"\bmelden sie sich (?:bitte )?(?:bei mir |bei uns )?{_DE_NEVER}",
        r"\b(?:unterlassen|lassen|stoppen|beenden) sie (?:bitte )?(?:diese|die|ihre|weitere) anrufe\b",
        r"\b(?:sperrliste|robinsonliste)\b",
        r"\bschluss mit (?:den|diesen|ihren) anrufen\b",
    ),
    limits=(
        r"\b(?:vor|nach|bis|heute|morgen|abends?|nachts?|um|wahrend|wenn|woche|jetzt|sonntags?|samstags?|wochenende|mittags?)\b",
        r"\bam (?!telefon)|\bbei der arbeit\b|\bim buro\b|\bauf (?:dem|meinem) (?:handy|festnetz|mobil)|\bzu spat\b|\bso (?:spat|fruh)\b",
        r"\b(?:mussen|musst|brauchen|brauchst|warum|wieso)\b",
    ),
)

_PT_LIMIT = (
    r"(?! (?:antes|depois|ate|hoje|amanha|a noite|de noite|de manha|a tarde|aos?|as|no|na|nos|nas|durante"
    r"|enquanto|quando|tao|esta|tarde|cedo)\b)"
)
_PT_CALL = r"(?:ligue[ms]?|ligar(?:em)?|telefone[ms]?|telefonar|contac?te[ms]?|chame[ms]?|perturbe[ms]?|incomode[ms]?)"
PORTUGUESE = Wording(
    wishes=(
        rf"\bnao (?:me |nos )?{_PT_CALL}(?: (?:para )?(?:mim|ca|aqui))? (?:mais|nunca mais|de novo|outra vez|novamente)\b" + _PT_LIMIT,
        r"\bnao entre[m]? mais em contac?to\b",
        rf"\bnunca mais (?:me |nos )?{_PT_CALL}\b" + _PT_LIMIT,
        r"\b(?:nao|nunca mais|nunca) (?:volte|torne)[mi]?s? a (?:me |nos )?(?:ligar|telefonar|contac?tar|incomodar|perturbar|chamar)\b"
        + _PT_LIMIT,
        r"(?<!nao )\b(?:pare|deixe|cesse)[mi]?s? de (?:me |nos )?(?:ligar|telefonar|incomodar|chamar|perturbar|contac?tar)\b" + _PT_LIMIT,
        r"\b(?:tire|remova|retire|exclua|apague)m?(?:-me| (?:o )?(?:meu|nosso) (?:numero|nome|telefone|contac?to))\b"
        r".{0,20}\b(?:listas?|base|cadastro|sistema)\b",
        r"\bme (?:tire|remova|retire|exclua|tirare|removere|retirare)m?\b.{0,20}\b(?:listas?|base|cadastro|sistema)\b",
        r"\b(?:apague|exclua|remova|delete)m? (?:o )?(?:meu|nosso) (?:numero|telefone|contac?to)\b",
        r"\bnao (?:quero|desejo|queremos) (?:mais )?(?:receber )?(?:mais )?(?:ligacoes|chamadas|telefonemas)\b" + _PT_LIMIT,
        r"\bnao (?:quero|desejo|queremos) (?:mais )?(?:receber )?(?:mais )?nenhum(?:a (?:ligacao|chamada)| telefonema)\b" + _PT_LIMIT,
        r"\bnao (?:vos |os |lhes )?autorizo (?:que )?(?:me |nos )?(?:voltem a |a )?(?:ligu|lig|telefon|contac?t)\w+" + _PT_LIMIT,
        r"\bnao (?:quero|desejo|queremos) (?:mais )?que (?:voces )?(?:me|nos) (?:liguem?|telefonem?|contac?tem?)(?: mais| nunca mais)?\b"
        + _PT_LIMIT,
        r"\bnao (?:quero|desejo) (?:mais )?ser (?:contac?tad|incomodad|perturbad)[oa]\b",
        r"\bchega de (?:ligacoes|chamadas|telefonemas)\b",
        r"\bsair d(?:a|essa|esta|e sua) (?:sua |vossa )?lista\b",
    )
)

_HI_CALL = r"(?:कॉल|काल|फोन|संपर्क)"
_HI_CALL_LATIN = r"(?:call|calls|kol|phone|fone|fon|contact|sampark)"
HINDI = Wording(
    wishes=(
        rf"{_HI_CALL}(?: \S+)? (?:मत|न|ना) (?:कर|कीज|किया|लगा)",
        r"(?:लिस्ट|सूची) से (?:मेरा|हमारा) (?:नाम|नंबर|नम्बर)(?: \S+){0,2} (?:हटा|निकाल|काट|मिटा)",
        rf"(?:नहीं|नही) चाहत\S* कि .{{0,30}}{_HI_CALL}",
        rf"{_HI_CALL} (?:करना |करने |करनी )?(?:बंद|बन्द) (?:कर(?! दिया)|कीज)",
        rf"{_HI_CALL} (?:नहीं|नही) चाहि",
        rf"{_HI_CALL} करके (?:मुझे |हमें )?(?:परेशान|तंग) (?:मत|न|ना)",
        r"(?:मेरा|हमारा|यह|ये) (?:फोन )?(?:नंबर|नम्बर|नाम)(?: \S+){0,3} (?:हटा|डिलीट|निकाल|मिटा)",
        r"(?:मुझे|हमें)(?: \S+){0,2} (?:लिस्ट|सूची) से (?:हटा|निकाल)",
        rf"\b{_HI_CALL_LATIN}(?: \w+)? (?:mat|na|naa|maat) (?:kar|kij|kee|kiy)\w*",
        rf"\b{_HI_CALL_LATIN} (?:karna |karne |karni )?(?:band|bandh) (?:kar|kij|kee)\w*\b(?! (?:diya|di|liya)\b)",
        rf"\b{_HI_CALL_LATIN} (?:nahi|nahin|nai) chahi\w*",
        rf"\b{_HI_CALL_LATIN} karke (?:mujhe |hume )?(?:pareshan|tang) (?:mat|na)\b",
        r"\b(?:mera|hamara|humara|yeh|ye) (?:phone )?(?:number|nambar|naam)(?: \w+){0,3} (?:hata|hatao|delete|nikal|nikaal|mita)\w*",
        r"\b(?:mujhe|muje|hume|humein)(?: \w+){0,2} list se (?:hata|nikal|nikaal)\w*",
    ),
    limits=(
        r"(?:बजे|पहले|तक)(?: |$)|(?:^| )(?:अभी|रात|शाम|सुबह|दोपहर|आज(?! के बाद)|कल|ऑफिस|दफतर|मोबाइल|लैंडलाइन)(?: |$)|वार को"
        r"|बाद में|(?:घर|काम) पर|समय(?: |$)",
        r"\b(?:abhi|baje|pehle|pahle|tak|raat|shaam|sham|subah|dopahar|aaj(?! ke baad)|kal)\b",
        r"\b(?:office|daftar|mobile|landline|sunday|saturday|weekend)\b",
        r"\bbaad (?:mein|me)\b|\b(?:ghar|kaam) (?:par|pe)\b|\b\w+vaar ko\b|\b(?:while|driving|samay|waqt)\b",
    ),
)

ALL = (ENGLISH, SPANISH, FRENCH, GERMAN, PORTUGUESE, HINDI)
