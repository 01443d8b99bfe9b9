"""Never to be called again, in German. Umlauts have lost their dots: "hören" is "horen"."""

from agent_worker.opting_out.grammar import Grammar

_GROUPS = {
    "never": r"(?:nie wieder|nie mehr|niemals wieder|niemals mehr|nicht mehr|nicht wieder|(?:bloss |ja |bitte )?nicht noch ?"
    r"(?:ein ?)?mal|nicht nochmals|nicht langer|nicht weiter|nimmer|kein einziges mal mehr|nie|niemals|auf keinen fall mehr"
    r"|auf keinen fall wieder|keinesfalls mehr|kunftig nicht mehr|in zukunft nicht mehr|bloss nicht mehr|ja nicht mehr|nicht standig"
    r"|nicht dauernd)",
    "f": r"(?: (?:bitte|doch|endlich|sofort|jetzt|einfach|mich|uns|hier|bei mir|bei uns|mir|ja|bloss|blos|gefalligst|ab sofort"
    r"|in zukunft|kunftig|zukunftig|unter dieser nummer|auf dieser nummer|diese nummer|meine nummer|unsere nummer"
    r"|standig|dauernd|immer|andauernd|jemals|auch|nur|ihr|sie|mal|damit|alle|noch|wirklich|telefonisch|wieder|am telefon|unaufgefordert"
    r"|ungefragt))*",
    "inf": r"(?:anrufen|anzurufen|angerufen|kontaktieren|zu kontaktieren|belastigen|zu belastigen|storen|zu storen|behelligen"
    r"|zu behelligen|melden|zu melden|telefonieren|anwahlen|anzuwahlen|nerven|zu nerven|terrorisieren|zu terrorisieren"
    r"|anklingeln|anzuklingeln|durchklingeln|durchzuklingeln)",
    "pp": r"(?:angerufen|kontaktiert|belastigt|gestort|behelligt|genervt|angeklingelt)",
    "sub": r"(?:anrufen|anruft|anrufst|anriefen|anrufe|kontaktieren|kontaktiert|belastigen|belastigt|storen|stort|behelligen|melden"
    r"|meldet)",
    "imp": r"(?:ruf(?:en sie|t|e)?|kontaktier(?:en sie|t|e)?|belastig(?:en sie|t|e)?|stor(?:en sie|t|e)?|nerv(?:en sie|t|e)?|behellig"
    r"(?:en sie|t|e)?|meld(?:en sie|et|e)? (?:sich|euch|dich)|klingeln sie|wahlen sie)",
    "calls": r"(?:\w*anrufe?n?s?|\w*telefonate|anruferei|telefonterror|geklingel|belastigung(?:en)?|kontaktaufnahmen?|kontaktversuche?"
    r"|werbung am telefon|telefonwerbung|kontakt|kontakte)",
    "poss": r"(?:mich|uns|meine|meinen|unsere|unseren|diese|die|den)",
    "mine": r"(?:mich|uns|(?:meine|unsere|diese|die) (?:\w+ )?(?:nummer|telefonnummer|handynummer|rufnummer|festnetznummer|daten"
    r"|kontaktdaten|angaben|kontakt)|(?:meinen|unseren|den) (?:namen|eintrag|kontakt|datensatz|anschluss))",
    "list": r"(?:\w*(?:liste|listen|datenbank|datenbanken|kartei|verzeichnis|verteiler|system|systemen|dateien|datei|unterlagen|bestand"
    r"|computer|register|adressbuch|telefonbuch|akten|programm|speicher|kontakte|kontakten|datenbestand))",
    "remove": r"(?:streich(?:en|t|e)?|losch(?:en|t|e)?|nehm(?:en|t)?|nimm|nehmt|entfern(?:en|t|e)?|tilg(?:en|t|e)?|schmeiss(?:en|t)?"
    r"|werf(?:en|t)?|wirf|trag(?:en|t|e)|radier(?:en|t)|setz(?:en|t)|hol(?:en|t)|vergess(?:en|t)|vergiss"
    r"|vernicht(?:en|et)|sperr(?:en|t)|blockier(?:en|t)|verlier(?:en|t)|wegwerfen|herausnehmen|rausnehmen|austragen|auszutragen"
    r"|zu streichen|zu loschen|zu entfernen|rauszunehmen|gestrichen|geloscht|entfernt|ausgetragen)",
    "harm": r"(?:polizei|anwalt|anzeige|anzeigen|zeige ich (?:sie|euch)|klage|verklage|gericht|bundesnetzagentur|verbraucherzentrale"
    r"|beschwere|beschwerde|melde ich (?:sie|euch|das)|rechtliche|anwaltin|blockiere)",
}

_DEMANDS = (
    r"(?:benutzen|verwenden|wahlen|nutzen) sie (?:bitte )?(?:diese|meine|unsere) (?:\w+ )?nummer (?:bitte )?(?:nicht|nie"
    r"|niemals) (?:mehr|wieder)"
    r"(?=$|, (?:bitte|danke|verstanden))",
    r"<imp><f> <never>(?: (?:hier|bei mir|bei uns|mich|uns|unter dieser nummer|auf dieser nummer|diese nummer))*(?: an)?(?=$|,| (?:bitte"
    r"|und|oder|ja|okay|ok|sonst|danke|verstanden|es|mit|ich|das|wegen|um))",
    r"<imp>(?: (?:bitte|mich|uns|diese nummer|hier|meine nummer|doch))* (?:nicht|bloss nicht|bitte nicht)(?: mehr)?(?: (?:hier"
    r"|bei mir))? an(?=$|,| bitte)",
    r"(?:hor(?:en sie|t|e)?|stopp(?:en sie)?|horen)(?: (?:bitte|doch|endlich|sofort|jetzt|gefalligst|einfach|damit|mal|sie|nun"
    r"|ihr))* auf(?: (?:damit|mich|uns|hier|bei mir|bei uns|standig|dauernd|immer|andauernd|taglich|jeden tag|diese nummer|meine nummer"
    r"|wieder"
    r"|unter dieser nummer|zu|mit|ihren|den|diesen|dem|die|ganzen|ewigen|nerv\w+|meine familie|telefonisch))* (?:<inf>|<calls>)",
    r"(?:(?:konnen|konnten|wurden|wollen|mussen|sollen|sollten) sie )?(?:(?:bitte|endlich|doch|damit|sofort|jetzt) )*(?:aufhoren"
    r"|aufzuhoren|aufhort|aufhoren wurden)(?: (?:mich|uns|hier|bei mir|bei uns|standig|dauernd|immer|andauernd|diese nummer|meine nummer"
    r"|wieder|mit|ihren|den|diesen|dem|die|ganzen|damit))* (?:<inf>|<calls>)",
    r"(?:mit|die|diese|ihre)(?: \w+)? <calls>(?: (?:endlich|bitte|sofort|jetzt|damit))* (?:aufhoren|auf|aufzuhoren|sein|bleiben"
    r"|zu unterlassen|unterlassen|einzustellen|einstellen|stoppen|zu lassen)(?! (?:dem|meinem))",
    r"(?:unterlass(?:en|t)?|lass(?:en|t)?|stopp(?:en|t)?|beend(?:en|et)?|stell(?:en|t)|spar(?:en|t)|vermeid(?:en|et))(?: sie| ihr)?(?: "
    r"(?:bitte|doch|endlich|sofort|jetzt|gefalligst|ab|sich|es|kunftig|in zukunft))*"
    r"(?: (?:diese|die|ihre|weitere|solche|alle|jegliche|samtliche|jede|den|euer|eure|jeden|das|mich|uns|standige\w*|ewige\w*|nerv\w+"
    r"|weiteren|weiteres?|es))+ (?:<calls>|anrufen|anzurufen|telefonieren)",
    r"<remove>(?: sie| ihr)?(?: (?:bitte|doch|endlich|sofort|jetzt|einfach|gefalligst|mal|umgehend|sich))* <mine>(?: \w+){0,6}? <list>"
    r"(?: (?:raus|heraus|aus))?",
    r"(?:losch(?:en|t|e)?|streich(?:en|t|e)?|vergess(?:en|t)|vergiss|entfern(?:en|t|e)?|vernicht(?:en|et)|sperr(?:en|t)|blockier(?:en|t)"
    r"|verlier(?:en|t)|nehmen|werfen|tilg(?:en|t)|wirf)(?: sie| ihr)?(?: (?:bitte|doch|endlich|sofort|jetzt"
    r"|einfach|gefalligst|mal|umgehend))* (?:meine|unsere|diese) (?:\w+ )?(?:nummer|telefonnummer|handynummer|rufnummer|daten"
    r"|kontaktdaten)(?! (?:vom|aus der bestellung|von der bestellung))",
    r"(?:(?:konnen|konnten|wurden|wollen|mussen|sollen|sollten) sie )?(?:(?:bitte|endlich|doch|sofort|jetzt) )*<mine>(?: (?:bitte"
    r"|endlich|sofort|umgehend|komplett|ganz|von|aus|der|dem|ihrer|ihrem|allen|ihren|jeder|eurer|eurem|den|samtlichen|dieser|diesem"
    r"|\w*liste|\w*datenbank|\w*system|\w*kartei|\w*verteiler|\w*listen"
    r"|\w*bestand|unterlagen|mit|wieder|einfach|sie|gleich|zu))* (?:streichen|loschen|entfernen|rausnehmen|herausnehmen|nehmen|austragen"
    r"|tilgen|vergessen|vernichten|sperren|gestrichen|geloscht|entfernt|herausgenommen)",
    r"(?:von|aus)(?: (?:der|dem|ihrer|ihrem|allen|ihren|jeder|eurer|den|dieser|diesem))+ <list> (?:gestrichen|geloscht|entfernt|genommen"
    r"|runter|raus|herunter|verschwinden|gestrichen werden)",
    r"(?:seh(?:en|t)?|nehm(?:en|t)?)(?: (?:sie|ihr|bitte|doch|kunftig|in zukunft|ab sofort))* (?:von|abstand von)(?: (?:weiteren|allen"
    r"|diesen|solchen|jeglichen|ihren|zukunftigen|kunftigen|samtlichen))+ <calls>(?: (?:ab|abstand))?(?=$|,| (?:bitte|und|danke))",
    r"trag(?:en|t)(?: sie)?(?: bitte)? (?:mich|uns)(?: \w+){0,4} aus|(?:mich|uns)(?: \w+){0,3} (?:auszutragen|austragen)",
    r"(?:lass(?:en sie|t)?|lassen)(?: (?:bitte|doch|endlich|einfach|sie|jetzt))* (?:mich|uns|meine familie)(?: (?:bitte|doch|endlich"
    r"|einfach|jetzt|in zukunft|kunftig|mit ihren anrufen|damit))* (?:in ruhe|in frieden|zufrieden)",
    r"(?:(?:konnen|konnten|wurden|wollen|mussen|sollen|sollten) sie )?(?:mich|uns)(?: (?:endlich|bitte|einfach|jetzt|doch))* (?:in ruhe"
    r"|in frieden|zufrieden) (?:zu )?lassen",
    r"(?:lass(?:en sie|t)?|lassen)(?: (?:bitte|doch|endlich|einfach|sie))* (?:mein\w*|unser\w*) \w+(?: (?:bitte|doch|endlich|einfach|jetzt"
    r"|mit ihren anrufen|damit))* (?:in ruhe|in frieden|zufrieden)(?=$|,| (?:bitte|und))",
    r"(?:\w*sperrliste|robinsonliste|robinson liste|blacklist|schwarze liste|nicht anrufen liste)",
)

_STATEMENTS = (
    # The number itself: what must not be done with it, and where it does not belong.
    r"(?:diese|meine|unsere|unter dieser|unter meiner|auf dieser)(?: \w+)? (?:nummer|telefonnummer|handynummer|rufnummer|leitung) (?:darf"
    r"|soll|wird|sollte)(?: (?:mir|uns))? <never>(?: (?:von ihnen|von euch))? (?:angerufen|gewahlt|benutzt|verwendet|genutzt)",
    r"(?:meine|unsere|diese)(?: \w+)? (?:nummer|telefonnummer|rufnummer|daten)(?: (?:hat|haben))(?: (?:bei ihnen|in|ihrer|ihrem|der|dem"
    r"|eurer|<list>))+ nichts (?:verloren|zu suchen)",
    r"(?:hier|bei (?:mir|uns)|in diesem haus) (?:soll|darf|wird) (?:das|kein|mein|unser) ?(?:telefon|handy"
    r"|apparat)? ?<never>?(?: \w+){0,2}?"
    r" (?:mehr )?(?:klingeln|lauten)(?=$|,| (?:wegen|bitte))",
    r"(?:(?:die|eine|um|auf) )*(?:loschung|entfernung|streichung|sperrung) (?:meiner|unserer|dieser|aller meiner) (?:\w+ )?(?:daten"
    r"|nummer|telefonnummer|rufnummer"
    r"|kontaktdaten)",
    r"(?:mochte|will|wollen|mochten|wunsche|muss|verlange)(?: (?:ich|wir|endlich|sofort|bitte|auch|umgehend|dass))*(?: (?:mich|uns|ich"
    r"|wir))?"
    r" (?:aus|von)(?: (?:ihrer|ihrem|der|dem|dieser|diesem|allen|ihren|eurer|eurem))+ <list>(?: \w+)? (?:geloscht|gestrichen|entfernt"
    r"|genommen|ausgetragen)",
    # Of what is to be written down, and of what others are to be told.
    r"(?:notier|vermerk|schreib|trag|halt|merk|hinterleg|speicher)\w*(?: (?:sie|sich|bitte|doch|ein|auf|fest|dort|da|es|in|ihrem|ihrer"
    r"|system|akte|computer))* dass(?: (?:ich|wir|man|hier|uns|mich|diese nummer|niemand|unter dieser nummer))* (?:nicht|nie|niemand"
    r"|keiner|keine|keinen)(?: (?:mehr|wieder|weiteren|weitere))* (?:<pp> (?:werden|werde) (?:will|wollen|mochte|mochten|soll|sollen|darf"
    r"|wunsche)|<calls> (?:\w+ )?(?:will|wollen|wunsche|wunschen|mochte|mochten)|<sub>)",
    r"(?:sag|richt|teil|gib|geb)\w*(?: (?:sie|bitte|doch|ihren|ihrem|den|euren|allen|kollegen|kolleginnen|leuten|chef|team|mit|aus"
    r"|weiter))* (?:sie sollen|dass sie|er soll|dass man|dass keiner|dass niemand)(?: (?:mich|uns|hier|diese nummer|bei mir|bei uns"
    r"|unter dieser nummer))* <never>?(?: mehr)? ?(?:anrufen|anrufe|anruft|<sub>)",
    # What others of the house want.
    r"(?:mein\w*|unser\w*|diese|dieser) \w+ (?:wunscht|will|mochte|wunschen|wollen)(?: (?:auch|von ihnen))* (?:keine|keinerlei)(?: \w+)?"
    r" <calls>(?: mehr)?(?=$|,| (?:mehr|von|bitte))",
    r"(?:wollen|will|mochten|mochte|wunschen)(?: (?:ich|wir|hier|im|haus|auch|in|diesem|uns))* (?:keine|keinerlei) <calls>(?: mehr)?"
    r"(?=$|,| (?:mehr|von|bitte|haben|bekommen))",
    # A right, a question that has one answer, and enough of it.
    r"widerspr(?:eche|echen|uch)(?: (?:ich|wir|hiermit|der|jeder|weiteren|jeglichen|jeglicher|dem|einer|gegen|die|jede|auch|ausdrucklich))*"
    r" (?:kontaktaufnahme|<calls>|(?:nutzung|verwendung|verarbeitung|speicherung|weitergabe)(?: (?:meiner|unserer|dieser|der|von|zu"
    r"|personlichen|personenbezogenen))+ (?:werbezwecken|\w*daten|\w*nummer))",
    r"(?:verzichte|verzichten)(?: (?:ich|wir|gern|gerne|dankend|kunftig))* auf(?: (?:jede|jeden|weitere|weiteren|alle|ihre|solche|diese"
    r"|jegliche))+ <calls>",
    r"(?:auf|an)(?: (?:weitere|weiteren|ihre|ihren|solche|solchen|diese|diesen|jede|jeden))+ <calls> (?:lege|legen|habe|haben|verzichte"
    r"|verzichten)(?: (?:ich|wir|keinen|keine|kein|gar|uberhaupt))*(?: (?:wert|lust|interesse|bedarf))?",
    r"(?:(?:ich|wir) (?:habe|haben|hab) )?(?:keine lust|kein interesse|keinen bedarf|keinen nerv)(?: (?:mehr|auf|an|fur|weitere"
    r"|weiteren|ihre|ihren|solche|diese|diesen|noch"
    r"|eure))+ <calls>",
    r"(?:was|wie)(?: (?:muss|kann|soll|mussen|konnen|mach\w*|tun|ich|wir|man|machen|schaffe|noch|denn|eigentlich))+ (?:damit|dass) (?:sie"
    r"|ihr|man|mich|uns|hier|das)(?: (?:mich|uns|hier|endlich|bei mir))* (?:<never>|keiner mehr|niemand mehr|aufhor\w*)(?: (?:hier|bei mir"
    r"|mich))*(?: (?:<sub>|<inf>|<pp>))?",
    r"(?:mit|von)(?: (?:den|diesen|ihren|euren|der|dieser|dem|ewigen|standigen|ganzen))+ <calls> (?:ist|muss|hat)(?: (?:jetzt|nun|endlich"
    r"|bitte|sofort|hiermit))* (?:schluss|ende|vorbei|ein ende|genug)",
    r"(?:(?:ich|wir|habe|haben|hab|bin|die|den|mir|es|uns) )*(?:schnauze voll|nase voll|hals voll|faxen dicke|satt|leid"
    r"|reicht(?: (?:mir|uns|es|jetzt))*|genug)(?: (?:von|mit|jetzt|es|mir|uns"
    r"|langsam|allmahlich))+ (?:ihren|diesen|den|euren|der|dieser)(?: \w+)? <calls>",
    r"nehme(?:n)?(?: (?:ich|wir|ab sofort|kunftig|auch|von ihnen))* (?:keine|keinen) <calls>(?: (?:mehr|von ihnen|von euch))+",
    r"(?:will|mochte|wollen|mochten)(?: (?:ich|wir|nicht|auf keinen fall))+ dass (?:sie|ihr|jemand)(?: (?:sich|mich|uns|hier|bei mir"
    r"|bei uns|noch|einmal|jemals|wieder|noch ?mal|erneut|nochmals))+ (?:<sub>|<inf>)(?=$|,| (?:bitte|danke))",
    r"(?:bin|sind) (?:ich |wir )?gegen(?: (?:jeden|jede|weitere|weiteren|ihre|alle|solche))+ <calls>",
    r"von(?: (?:weiteren|allen|diesen|solchen|ihren|kunftigen|jeglichen))+ <calls>(?: \w+)? (?:absehen|abzusehen|abstand (?:zu )?nehmen)",
    r"in ruhe gelassen werden",
    r"(?:sie|ihr) (?:haben|habt)(?: (?:von (?:mir|uns)|nie|uberhaupt|gar))* (?:keine|keinerlei|nie eine|kein)(?: \w+)? (?:erlaubnis"
    r"|einwilligung|zustimmung|genehmigung|recht|berechtigung)(?: (?:mich|uns|hier|bei mir|unter dieser nummer|fur|zu))+ ?(?:<inf>"
    r"|<calls>)",
    r"(?:dulde|dulden|akzeptiere|akzeptieren|erlaube|erlauben)(?: (?:ich|wir|ab sofort))* (?:keine|keinen"
    r"|keinerlei)(?: weiteren?)? <calls>",
    r"vergessen sie(?: (?:bitte|einfach))* dass (?:sie|ihr) (?:diese|meine|unsere)(?: \w+)? nummer(?: \w+)? (?:haben|habt|kennen)",
    r"(?:<never>)<f> <inf>(?: (?:werden|wird|zu werden|worden))?",
    r"(?:nicht|nie|niemand|keiner)(?: (?:mehr|wieder|standig|von ihnen|von euch|jemals))+<f> (?:<pp>) (?:werden|wird|werde|zu werden)",
    r"(?:mochte|will|wunsche|wunschen|mochten|wollen|erwarte|verlange|bitte|wunschte|hatte gern|gebeten|gesagt|gesagt habe|fordere|dafur"
    r"|dulde|erlaube|akzeptiere)(?: (?:ich|wir|sie|ihnen|auf|von|darum|schon|nicht|daruber|das|es|sorgen|kunftig|doch|euch"
    r"|sie auf))*,? dass"
    r"(?: (?:sie|ihr|mich|uns|man|hier|diese nummer|bei mir|von|ihnen|ihrer|firma|irgendjemand|jemand|ich|wir|das))* (?:<never>|keiner"
    r"|niemand|keiner mehr|niemand mehr|aufhoren|damit aufhoren)(?: (?:von|ihnen|ihrer|firma|mich|uns|hier|bei|mir|mehr|jemals"
    r"|diese nummer|wieder))*"
    r" ?(?:<sub>|<pp>|aufhoren|damit|aufhort)?",
    r"dass (?:mich|uns|hier|bei mir) (?:keiner|niemand)(?: (?:mehr|von|ihnen|euch|ihrer|firma|wieder|dort|aus))* (?:<sub>|<pp>)",
    r"(?:sorgen sie dafur|stellen sie sicher|sorgt dafur|achten sie darauf|sehen sie zu)(?: (?:bitte|endlich))*,? dass(?: \w+){0,5}? "
    r"(?:nicht mehr|nie wieder|keiner mehr|niemand mehr|niemand|keine|nie mehr)(?: \w+){0,4}? (?:<sub>|<pp>|<calls>|bekomme|erhalte)",
    r"(?:keine[nrs]?|keinerlei|null)(?: (?:weitere[nrs]?|einzige[nr]?|mehr|solche[nr]?|werbe|ihrer|dieser|von|ihren|diesen|neue[nr]?"
    r"|sonstige[nr]?))* <calls>(?: (?:mehr|wunsche|bitte|erhalten|bekommen|von ihnen|von euch))*(?=$|,| (?:mehr|bitte|bekommen|erhalten"
    r"|wunsche[nt]?|haben"
    r"|von|danke|hier|und|ich|annehmen|zu|dulden|dulde))",
    r"(?:verbiete|verbieten|untersage|untersagen|verbitte|verbitten|verboten|untersagt)(?: (?:ihnen|dir|euch|mir|uns|ich|wir|hiermit"
    r"|jeden|jede|weiteren|weitere|weiteres|jegliche[nr]?|samtliche|diese|ihre|solche|es|ausdrucklich|die|den|in zukunft|kunftig|mich"
    r"|hier"
    r"|noch|ein ?mal|nochmals|nochmal|wieder|einmal|jemals|unter|dieser|nummer|bei mir))* (?:<calls>|<inf>)",
    r"(?:widerrufe|widerrufen|entziehe|ziehe|nehme|widerspreche|zuruckziehen|zuruckgezogen|verweigere)(?: (?:ich|hiermit|meine|meiner"
    r"|jede|die|ihnen|alle|unsere|jegliche|meinen|der|jeder|weiteren|weiterer|dem|den))*"
    r" (?:einwilligung|erlaubnis|zustimmung|genehmigung|einverstandnis|werbeanrufen|anrufen|kontaktaufnahme|telefonwerbung|werbung)(?! "
    r"(?:zur aufnahme|zur aufzeichnung))",
    r"(?:keine|nie eine|niemals eine|ohne|nie meine|nicht meine|nie)(?: (?:meine|erteilte|ausdruckliche|mehr))* (?:einwilligung"
    r"|erlaubnis|zustimmung|genehmigung|recht|berechtigung)(?: (?:gegeben|erteilt|mich|uns|zu|fur|mehr|hier|um|das|diese|habe|haben"
    r"|ihnen|bekommen|,))*"
    r" (?:<inf>|<calls>)",
    r"(?:durfen|darf|durft)(?: (?:sie|ihr|man|niemand|mich|uns|hier))* (?:nicht|nie|niemals|keiner|niemand)(?: (?:mehr|wieder|hier|mich"
    r"|uns|noch|einmal))* (?:anrufen|kontaktieren|belastigen)",
    r"(?:(?:nichts|nie|niemals|nie etwas) (?:mehr|wieder)|nie wieder|nie mehr|nichts)(?: (?:etwas|was|von|ihnen|euch|dir|ihrer|eurer"
    r"|firma|mehr|horen|jemals))* (?:von (?:ihnen|euch|dir|ihrer firma))(?: (?:etwas|was|mehr|jemals|wieder))* (?:zu )?(?:horen|wissen)",
    r"von (?:ihnen|euch|dir|ihrer firma)(?: (?:in zukunft|kunftig))? (?:nichts|nie|niemals)(?: (?:mehr|wieder|etwas|was))* (?:zu )?"
    r"(?:horen|wissen)",
    r"(?:das|dies)(?: \w+)? (?:ist|war|sei|ist hoffentlich|war hoffentlich)(?: (?:jetzt|nun|hoffentlich|hiermit))? (?:das|der"
    r"|ihr) letzte[rs]? (?:mal|anruf)(?: ,?(?:dass|das|wo))?(?: (?:sie|ihr|mich|hier|uns|man))*(?: (?:angerufen|<sub>))?(?=$|,(?! "
    r"(?:dass|wo|das) (?:ich|wir|er))| (?:haben|habt|hat|sie|und|bei (?:mir|uns)|hier))",
    r"(?:(?:ich|wir) (?:habe|haben|hab|bin|sind) )?(?:genug|es reicht|reicht(?: mir)?|schluss|satt|die nase voll|leid|ende|genervt"
    r"|fertig|basta)(?: (?:jetzt|nun|mit|von|den|diesen|ihren|ihre|diese|die|endlich|ich|bin|habe|dem|der|dauernden|standigen|ewigen"
    r"|ganzen|ewig\w*|es|dass sie|standig|mich|ab|euren|euer|dauernd|zu werden))* (?:<calls>|<pp>|anrufen|<sub>)",
    r"(?:habe|bin|hab)(?: (?:ich|es|ihre|diese|die|standigen|ewigen|dauernden|von|ihren|diesen|langsam|wirklich|endgultig"
    r"|ihrer))* <calls>(?: (?:so|langsam|echt|jetzt|wirklich|endgultig))* (?:satt|leid|genervt)",
    r"(?:diese|die|ihre|eure) (?:\w+ )?<calls> (?:mussen|sollen|haben|sollten)(?: (?:jetzt|endlich|sofort|zu))* (?:aufhoren|enden"
    r"|ein ende)",
    r"(?:wenn|falls|sollten|beim nachsten anruf|noch ein anruf|bei einem weiteren anruf|rufen sie noch ?(?:ein ?)?mal).{0,60}(?:anruf\w*"
    r"|meld\w+|belastig\w+|aufhor\w*|an|anruf|kontaktier\w+).{0,60}(?<![^ ,])<harm>",
    r"(?:beim nachsten anruf|beim nachsten mal|noch ein anruf|bei einem weiteren anruf).{0,40}(?<![^ ,])<harm>",
    r"(?:(?:ich|wir) \w+ )?(?:(?:die|meinen|eine|zur|zum|einen) )?<harm>.{0,25}(?<![^ ,])(?:wenn|falls)(?: (?:sie|ihr|mich|hier|uns|noch"
    r"|ein ?mal|nochmal|wieder|nicht|diese nummer|weiter))* (?:anruf\w*|kontaktier\w+|belastig\w+|aufhor\w+|meld\w+)",
    r"(?:wunsche|wunschen|mochte|will|dulde|akzeptiere|brauche)(?: (?:ich|wir|auch|ab sofort|hier))* (?:keine|keinerlei|keinen)"
    r"(?: \w+)? <calls>(?! (?:vor|nach))",
)

_DAYS = r"(?:montags?|dienstags?|mittwochs?|donnerstags?|freitags?|samstags?|sonnabends?|sonntags?|feiertagen?|wochenenden?|wochentags)"

GERMAN = Grammar(
    groups=_GROUPS,
    demands=_DEMANDS,
    statements=_STATEMENTS,
    always=r"ab (?:sofort|heute|jetzt)|in zukunft|kunftig|von jetzt an|von nun an|fur immer|ein fur alle ?mal|tag und nacht|jeden tag"
    r"|wenn ich (?:das|ihnen|es) .*|wenn (?:es )?(?:moglich|geht)|wenn sie so (?:gut|nett|freundlich)(?: sind| waren)?|auf dieser nummer"
    r"|unter dieser nummer|am telefon|zu jeder zeit|vor allem|nach hause",
    limits=r"vor|nach(?! (?:allem|diesem))|bis|heute|morgen|morgens|vormittags?|nachmittags?|abends?|nachts?|mittags?|um|wahrend|wenn"
    rf"|falls|ausser|solange|bevor|diese (?:woche|nacht)|diesen (?:monat|abend)|nachste[nr]? \w+|{_DAYS}|am (?:{_DAYS}|abend|morgen"
    r"|vormittag"
    r"|nachmittag|mittag|arbeitsplatz|handy|festnetz|wochenende)|bei der arbeit|im (?:buro|urlaub|dienst|moment|auto|sommer|winter"
    r"|geschaft)|auf (?:dem|meinem|der|meiner) \w+|zu (?:spat|fruh|oft)|so (?:spat|fruh|oft|haufig|schnell|laut)|in der (?:nacht|woche"
    r"|arbeit"
    r"|mittagspause|fruh|schule)|zwischen|beim (?:essen|arbeiten|kochen)|spat|fruh|einen moment|kurz|mein(?:e|en)? (?:mann|frau|sohn"
    r"|tochter|mutter|vater|chef)|selbst|zuruck|so oft|nur|sondern|lieber|erst|mehr als",
    late_limits=r"jetzt|gerade|gestern|im augenblick|momentan",
    breaks=r"weil|denn|ich|das|es|sonst|wir|aber|und (?:loschen|streichen|ich|rufen|nehmen|zwar)|oder (?:ich|muss)",
    subjects=r"ich|wir|es|das|bin|habe|kann|ist|gesagt",
    turned=r"(?:ich|er|sie|es|man|warum|wieso|weshalb|wann|wer|nicht|wir|mein\w* \w+|hat|haben|hatte|wenn|ob|dass er|dass sie ihn|nie"
    r"|die leute)(?: (?:bitte|ja|schon|auch|habe|hat|mir|ihn))*",
    told_of=r"(?:er|ihn|ihm|ihr(?:en)? \w+|warum|wieso|weshalb|wann|wer|mein\w* \w+ (?:hat|haben|wird|kann|will|mochte)?|hat|hatte"
    r"|haben sie|hatten|sie hat|hat er|bekomme(?:n)?|bekam(?:en)?|hatten sie|gab|gibt es|gab es|man hat|wurde|bin|wurden|werde(?:n)?|ich"
    r" (?:werde|habe|kann|darf|soll|rufe|hatte|konnte|muss)"
    r"(?: (?:sie|ihn|dort|da|mich|euch|noch))*|(?:er|sie) (?:hat|hatte|wird|will|mochte|haben)(?: (?:mich|uns|sich))?|mussen sie|mussen"
    r"|brauchen|mich hat|musst|brauchst|er soll|sie soll|soll ich|darf ich|kann ich|die|hier wird|ist)(?: (?:sie|mich|uns|noch|nie|es))*",
    others=r"aber (?:bei ihnen|sie) (?:ist|durfen|konnen|sind)|(?:mochte|will|mochten|wollen) (?:ich |wir )?nicht aufhoren"
    r"|(?:ich|wir) (?:rufe|rufen|melde|melden)(?: (?:sie|euch|mich|selbst|dann|wieder|an|selber|ja|uns))+|(?:schreiben|schicken"
    r"|mailen) sie(?! (?:(?:bitte|sich|das|es|doch) )*(?:auf|ein|rein|in ihr))|nicht notig|nicht notwendig|(?:brauchen|mussen|brauchst"
    r"|musst)(?: (?:sie|du|mich|mir|nicht))* (?:nicht|mich|mehr)"
    r"|horen sie nicht auf"
    r"|(?:besser|lieber)(?! (?:nie|nicht mehr)) (?:auf|am|um|morgen|per|nach|an|abends|so)|\w+ (?:passt|ist|ware) (?:es )?(?:mir )?"
    r"(?:besser|gut|okay)|rufen sie (?:lieber|besser|stattdessen|meinen|meine|ihn|dort)|sondern|statt(?:dessen)?",
)
