"""Never to be called again, in Spanish."""

from agent_worker.opting_out.grammar import Grammar

_GROUPS = {
    "no": r"(?:no(?!,)|nunca|jamas|nunca mas|tampoco)",
    "obj": r"(?:me |nos |le |les |lo |la )?",
    "subj": r"(?:llame[ns]?|llameis|marque[ns]?|contacte[ns]?|moleste[ns]?|telefonee[ns]?|fastidie[ns]?|acose[ns]?|incomode[ns]?"
    r"|hostigue[ns]?|persiga[ns]?"
    r"|importune[ns]?|busque[ns]?|atosigue[ns]?|hable[ns]?|timbre[ns]?|llamara[ns]?|llamasen|marcara[ns]?|contactara[ns]?|molestara[ns]?"
    r"|telefoneara[ns]?)",
    "inf": r"(?:llamar|marcar|contactar|molestar|telefonear|fastidiar|acosar|incomodar|hostigar|perseguir|importunar|atosigar"
    r"|dar la lata|tocar las narices)(?:me|nos)?",
    "ger": r"(?:llamando|marcando|contactando|molestando|telefoneando|fastidiando|acosando|incomodando|insistiendo|hostigando)(?:me"
    r"|nos)?",
    "again": r"(?: (?:mas|nunca mas|nunca|jamas|otra vez|de nuevo|nuevamente|ya|en la vida|en absoluto|ni una vez mas|una vez mas"
    r"|en el futuro|otra vez mas))",
    "calls": r"(?:llamad(?:a|as|itas)|telefonazos|acoso|llamar|llamarme)",
    "here": r"(?: (?:a|en|por|para) (?:este|mi|esta|nuestro|nuestra)(?: propio)? (?:numero|telefono|casa|linea|movil|celular|familia)"
    r"| (?:por )?aqui| a casa)?",
    "end": r"(?=$|,| (?:por favor|gracias|y|o|porque|que|ya|todos|todas|cada|nunca|mas|jamas|a este|a mi (?:casa|numero|telefono"
    r"|familia)|a nuestra casa|a esta casa"
    r"|a casa|aqui|de una vez|tanto no|inmediatamente|ahora mismo|para (?:vender|ofrecer|siempre)|con (?:esto|eso|sus|estas)|con"
    r"|de nuevo|otra vez|nadie|usted|ustedes"
    r"|desde|de (?:su|esa|esta)|es|se lo|le|les|estoy|no me))",
    "stop": r"(?:deje[ns]?|deja|dejad|dejen ya|dejar|dejara[ns]?|dejasen|pare[ns]?|para|parar|pararan|cese[ns]?|cesar|termine[ns]?|basta"
    r"|absteng(?:a|an)(?:se)?|abstenerse"
    r"|dejense|evite[ns]?|eviten ya|renuncie[ns]?)",
    "remove": r"(?:quit(?:e|en|a|ar|ara|aran)|borr(?:e|en|a|ar|ara|aran)|elimin(?:e|en|a|ar|ara|aran)|sa(?:que|quen|ca|car|cara|caran)"
    r"|retir(?:e|en|a|ar|aran)"
    r"|tach(?:e|en|a|ar|aran)|suprim(?:a|an|e|ir)|excluy(?:a|an)|excluir|desapunt(?:e|en)|anul(?:e|en)|descart(?:e|en)|tir(?:e|en)"
    r"|rompa[n]?|bloque(?:e|en|ar)|pierda[ns]?"
    r"|perder|destruya[n]?|olvid(?:e|en|a|ar))",
    "mine": r"(?:(?:mi|mis|este|nuestro|nuestros|el|estos) (?:(?:propio|numero de) )?(?:numero|telefono|nombre|datos?|contacto|celular"
    r"|movil|registro|informacion|ficha))",
    "list": r"(?:listas?|listados?|base|bases|registros?|contactos|sistemas?|archivos?|ficheros?|agenda|directorio|campanas?|ordenador"
    r"|computadora|programa)",
    "harm": r"(?:denunci\w+|policia|abogado|abogados|demand\w+|reclamacion|queja|juzgado|juicio|bloqueo|tribunales|consumo)",
}

_DEMANDS = (
    r"<no> (?:use|usen|utilice|utilicen|marque|marquen) (?:mas|nunca mas|jamas) (?:este|mi|nuestro) (?:numero|telefono)(?=$"
    r"|, (?:por favor|gracias))",
    r"no (?:quiero|queremos|deseo|deseamos)(?: (?:tener|ningun|mas|ya))+ contacto(?: (?:mas|alguno|ninguno))*(?=$|,| con (?:ustedes"
    r"|usted|su \w+))",
    r"<no> (?:se atreva[ns]? a |se les ocurra |se le ocurra )?(?:mas )?<obj>(?:vuelva[ns]?|volvieran?|volvais|volver"
    r"|torne[ns]?) a <inf><here>",
    r"<no> (?:mas )?<obj>(?:vuelva[ns]?|volvieran?|volvais)(?: a)? <subj>",
    r"<no> <obj><subj><here><again>+",
    r"<no> <obj>(?:siga[ns]?|seguir|insista[ns]?|continue[ns]?|siguieran)(?: en)? (?:<ger>|<inf>)",
    r"(?:ya no|nunca mas|nunca|jamas) <obj><subj><end>",
    r"(?:ya no|nunca mas|no) (?:mas )?(?:me |nos )<subj><end>(?=$|,| (?:por favor|gracias|a este|aqui|a mi|ya|nunca|mas|y|es|se lo"
    r"|jamas))",
    r"<no> <inf> (?:mas|nunca mas|jamas|otra vez|de nuevo)<here>",
    r"<no> llame[ns]? (?:a este numero|aqui|a esta casa|a mi casa)(?=$|,| (?:por favor|mas|nunca))",
    r"<stop>(?: (?:ya|por favor|inmediatamente|ahora mismo|de una vez))* de <inf><end>",
    r"<stop>(?: (?:ya|por favor|inmediatamente|ahora mismo|de una vez))* de (?:estar|andar|seguir|estarme|seguirme|estarnos)"
    r" <ger><end>",
    r"<stop>(?: (?:ya|por favor|de una vez))* (?:con|de hacer|de hacerme) (?:esta|estas|sus|las|tanta|tantas|esas)(?: \w+)? <calls>",
    r"(?:basta|ya basta|harto|harta|hartos|cansado|cansada|cansados|aburrido|aburrida)(?: (?:ya|de|con|tanta|tantas|sus|estas|las|esas"
    r"|recibir|todas))* (?:<calls>|que (?:me|nos)"
    r" (?:llamen|molesten|llame)|<inf>)",
    r"(?:cancele[ns]?|detenga[ns]?|suspenda[ns]?|paren|pare|cesen|termine[ns]?)(?: (?:ya|de|con|sus|las|estas|todas|esas))* <calls>",
    r"<remove>(?:n)?(?:me|nos)(?: \w+){0,5}? (?:<list>|ahi|alli|ya|inmediatamente)",
    r"<remove>(?:n)?(?:me|nos)(?: (?:de|donde|sea|cualquier|todas|partes|todo|sus))+(?: \w+){0,3} (?:numero|telefono|datos)",
    r"(?:me|nos) <remove>(?: \w+){0,5}? <list>",
    r"<remove> <mine>(?! (?:pedido|cita|de (?:cliente|socio|cuenta|la cita|la factura|el)"
    r"|(?:del|de la|de los|de las|de mi|de esa|de ese|en el|en la) (?!(?:\w+ )?<list>)))",
    r"<remove>(?:se|nse)?(?: (?:de|que|existo|para siempre))* (?:mi|nuestro|este|existo|mi existencia|nosotros|nuestra familia) ?"
    r"(?:numero|telefono)?(?=$|,| (?:por|ya|y|para siempre))",
    r"olvid(?:e|en|a)(?:se|nse|te)? de (?:mi|nosotros|<mine>|<inf>)",
    r"(?:de|den|da|dar|dad|denme|deme)(?:n?me|n?nos)? de baja(?=$|,| (?:ya|por|ahora|inmediatamente|y|de (?:la|las|su|sus|esta|esa"
    r"|todas) (?:\w+ )?<list>))",
    r"(?:me|nos) (?:de|den|diera[n]?) de baja(?=$|,| (?:ya|por|ahora|inmediatamente|y|de (?:la|las|su|sus|esta|esa|todas) "
    r"(?:\w+ )?<list>))",
    r"dej(?:e|en|a|ad|ar|es)(?:me|nos|nme|nnos) (?:ya )?(?:en paz|tranquil[oa]s?|de una vez)(?! (?:un|hasta|mientras))|(?:me|nos) dej"
    r"(?:e|en|es|aran) (?:ya )?(?:en paz|tranquil[oa]s?)",
    r"(?:pong|met|inclu|apunt|ano|regist)\w*(?:me|nos)?(?: \w+){0,4} (?:lista robinson|lista de (?:no|exclusion)|lista negra|no llamar)",
    r"lista (?:robinson|de no llamar|de exclusion)",
)

_STATEMENTS = (
    # The number itself: what must not be done with it.
    r"(?:a |en )?(?:este|mi|nuestro|ese) (?:numero|telefono|domicilio|movil|celular)(?: (?:ya|nunca))* no se (?:llama|marca|debe llamar"
    r"|puede llamar|vuelve a llamar|usa|utiliza)(?: (?:mas|nunca|jamas|nunca mas|de nuevo))+",
    r"(?:mi|este|nuestro) (?:numero|telefono|nombre)(?: \w+)? (?:no tiene (?:por que|que)|no debe|no deberia|no pinta nada|no puede) "
    r"?(?:estar|figurar|aparecer)? ?en (?:su|sus|esa|ninguna|vuestra)s? <list>",
    r"(?:quiero|exijo|pido|solicito|necesito|quisiera|deseo|ruego)(?: (?:que|se|me|nos|por|favor|inmediatamente|ya|ustedes|usted|les|le))*"
    r" (?:<remove>s?|desaparezcan?|elimin\w+|suprim\w+)(?: (?:de una vez|ya|por completo))? <mine>(?! (?:pedido|cita|de (?:cliente|socio"
    r"|la cita)))",
    r"(?:quiero|exijo|pido|solicito|necesito|quisiera|deseo)(?: (?:que|se))* <mine> (?:se )?(?:<remove>|desaparezcan?|elimin\w+|borr\w+"
    r"|quit\w+)(?: (?:de|del|por completo))?(?: (?:su|sus|todas|todos|la|las|esa))* ?<list>?",
    r"(?:pido|exijo|solicito|quiero|reclamo|ejerzo)(?: (?:mi|el|derecho|a|de))* (?:la )?(?:supresion|eliminacion|cancelacion|baja|borrado)"
    r" de (?:mi|mis|nuestros?|este) (?:numero|telefono|datos|nombre)",
    # Of what is to be written down.
    r"(?:anote|apunte|apunteme|ponga|escriba|registre|marque|tome nota|haga constar|deje constancia)[ns]?(?: (?:de|en|la|el|su|ficha|ahi"
    r"|sistema|ordenador|por favor|bien|claro))* (?:de )?que (?:no|nunca) (?:se (?:me|nos|le|les)|me|nos|le|les) <subj>(?: (?:mas|nunca"
    r"|nadie|otra vez))*<end>",
    r"(?:digale|diga|digan|avise|comunique|dile|decidle)[ns]?(?: (?:a|su|sus|los|las|al|la|jefe|companeros|companeras|gente|equipo|todos"
    r"|demas|por favor))* que (?:no|nunca) (?:me|nos) (?:<subj>|vuelvan? a <inf>)(?: (?:mas|nunca|nadie|otra vez))*<end>",
    r"(?:asegur|encarg|ocup|procur)\w+(?: (?:de|por favor))* (?:de )?que (?:nadie|ninguno)(?: (?:mas|de|ustedes|su|empresa))* (?:me|nos) "
    r"<subj><end>",
    r"no (?:les |le |os |se lo )?(?:autorizo|permito|doy (?:permiso|autorizacion))(?: \w+)? (?:a|para) (?:usar|utilizar|marcar|guardar"
    r"|tener)"
    r" (?:mi|este|nuestro) (?:numero|telefono)",
    # What others of the house want.
    r"(?:mi \w+|esta (?:senora|familia|casa)|este senor|en esta casa(?: \w+)?)(?: (?:ya|nadie))* (?:no )?(?:quiere|queremos|desea|quieren)"
    r"(?: (?:recibir|tener|mas|que (?:la|lo|le|nos|los)|ninguna))* (?:(?:<subj>) (?:mas|nunca mas|otra vez)|mas (?:<calls>)"
    r"|<calls> (?:suyas"
    r"|de ustedes|mas))",
    # A right, a question that has one answer, and enough of it.
    r"me opongo (?:a (?:que (?:me |nos )?<subj>|(?:mas|sus|estas|cualquier|toda) <calls>|recibir (?:mas )?<calls>|ser (?:llamad|contactad)"
    r"[oa])|al uso de mi (?:numero|telefono))",
    r"(?:como|que)(?: (?:hago|hacemos|hay que hacer|tengo que hacer|debo hacer|puedo hacer|se hace"
    r"|tenemos que hacer))+ para (?:que (?:no|ya no)"
    r" (?:me |nos )?<subj>|que (?:<stop>) de <inf>|no recibir (?:mas )?<calls>|dejar de recibir (?:sus |estas )?<calls>)",
    r"se (?:acabo|acabaron|terminaron|termino) (?:las|tus|sus|estas|la|lo de) (?:<calls>)",
    r"(?:ya )?(?:esta|estuvo) bien (?:de|con) (?:tanta|tantas|sus|estas|las) (?:<calls>)",
    r"(?:no voy a|no pienso|nunca voy a|no vuelvo a|no volvere a) (?:contestar|atender|coger|responder|aceptar)(?: (?:mas|otra|ninguna"
    r"|sus|a|de))* (?:llamadas?)",
    r"no (?:estoy|estamos) (?:dispuest[oa]s?|interesad[oa]s?) (?:a|en) (?:recibir|atender|seguir recibiendo)(?: (?:mas|sus|estas|ninguna"
    r"|este tipo de))* <calls>",
    r"no (?:tengo|tenemos) (?:ninguna )?ganas? de que (?:me |nos )?(?:<subj>|siga[ns]? <ger>)<again>*<end>",
    r"(?:no|ya no|nunca) (?:quiero|deseo|queremos|deseamos)(?: (?:volver a|mas))* ser (?:llamad|contactad|molestad|importunad)[oa]s?",
    r"<harm>.{0,6}(?<![^ ,])a la proxima (?:llamada)?|a la (?:proxima|siguiente) (?:llamada|vez que (?:me |nos )?llam\w+).{0,30}(?<![^ ,])"
    r"<harm>",
    r"(?:no|ni|ya no|nunca|nunca mas) (?:quiero|deseo|queremos|deseamos|quisiera|acepto|aceptamos|necesito|admito|permito|me interesa"
    r"|nos interesa|quiero volver a|volvere a)"
    r"(?: (?:volver a|recibir|tener|que me hagan|mas|ya|ninguna|ni una|otra|sus|sola|estas|tantas|de|nunca))* (?:llamadas?)(?! (?:de "
    r"(?:noche|madrugada)))",
    r"(?:no|ya no|nunca|nunca mas) (?:quiero|deseo|queremos|deseamos|quisiera|acepto|permito|autorizo|me gusta|me interesa|les autorizo"
    r"|le autorizo|consiento)(?: a)? que"
    r"(?: (?:usted|ustedes|nadie|su empresa))? ?<obj>(?:mas )?(?:<subj>|siga[ns]? <ger>|vuelva[ns]? a <inf>|esten <ger>)<again>*<end>",
    r"(?:no|ya no|nunca|jamas) (?:quiero|deseo|queremos|deseamos|quisiera)(?: (?:volver a|nunca|mas|ya))* (?:saber|oir|escuchar|oirles"
    r"|hablar)(?: (?:nada|mas|hablar|con))* (?:de|a)? ?"
    r"(?:usted|ustedes|vosotros|ti|su empresa|su compania|les)",
    r"(?:no|ya no) (?:quiero|deseo|quisiera|queremos|me interesa)(?: (?:volver a|que))? (?:ser|me|seguir siendo) (?:llamad|contactad"
    r"|molestad)[oa]s?",
    r"(?:quiero|quisiera|deseo|necesito|me gustaria|solicito|pido|exijo)(?: (?:que|me|nos|la|mi|su))* (?:darme|dar|darnos|salir|borrarme"
    r"|salirme|desapuntarme|den|baja)"
    r"(?: (?:de|la|su|sus|esta|esa))* (?:de baja|baja|<list>)(?=$|,| (?:ya|por|ahora|y|de (?:la|las|su|sus|esta|esa|todas) "
    r"(?:\w+ )?<list>))",
    r"(?:no|ni|nada de|fuera|basta de|cero) (?:una |mas |otra |una sola |sola )+(?:llamadas?)",
    r"ni una (?:sola )?llamada mas|ninguna llamada mas|no mas llamadas|mas llamadas no",
    r"(?:sea|es|fue|ojala sea|espero que sea|que sea|seria) la ultima (?:vez|llamada) (?:que|en que) (?:me |nos )?(?:llam\w+|marc\w+"
    r"|molest\w+|contact\w+|llama)",
    r"que (?:esta |esto )?sea la ultima (?:vez|llamada)(?=$|,)",
    r"(?:retiro|revoco|anulo|cancelo|retirar|revocar|quito|niego)(?: (?:mi|el|todo|todos|mis|ya|cualquier))* (?:consentimiento|permiso"
    r"|autorizacion)",
    r"(?:no|nunca|jamas|sin)(?: (?:les|le|os|te|se|lo|he|di|tienen|tiene|doy|dado|mi|ningun|ninguna|dimos|mas|ya))* (?:permiso"
    r"|consentimiento|derecho|autorizacion|autorizo|consiento|permito)"
    r"(?: (?:a|para|de|que|me|nos|ningun|alguno|mas|sigan|siga|vuelvan|ustedes))* (?:<inf>|<subj>|<ger>|llamen)",
    r"(?:les|le|os|te|queda|esta|tienen|tiene) (?:terminantemente )?prohib\w+(?: (?:que|me|nos|volver|a|vuelvan|vuelva))* (?:<inf>"
    r"|<subj>)",
    r"(?:prohibo|prohibimos)(?: (?:que|me|nos|volver|a|vuelvan|vuelva))* (?:<inf>|<subj>)",
    r"(?:si|como|a la proxima que|la proxima vez que) (?:me |nos )?(?:vuelv\w+|llam\w+|sig\w+|insist\w+|marc\w+"
    r"|molest\w+).{0,60}(?<![^ ,])<harm>",
    r"<harm>.{0,15}(?<![^ ,])(?:si|como) (?:me |nos )?(?:vuelv\w+|sig\w+|insist\w+|llaman otra)",
    r"(?:una llamada mas|otra llamada|una vez mas).{0,30}(?<![^ ,])<harm>",
    r"(?:que )?(?:nadie|ninguno)(?: (?:mas|de|su|sus|la|empresa|compania|ustedes|alli|oficina|firma|grupo|companeros))* (?:me|nos) "
    r"(?:vuelva a <inf>|llame|moleste|contacte|marque|telefonee)",
    r"que no (?:me|nos) (?:llame|moleste|contacte|marque)n? (?:nadie|ninguno)(?: mas)?",
    r"(?:pido|ruego|exijo|prefiero|preferiria|agradeceria|agradezco|gustaria|suplico|quiero|dije|dicho|pedi|pedido|asegurese|asegurense"
    r"|encarguese|procure|procuren|favor de)"
    r"(?: (?:de|que|les|le|por|favor|si|mucho|ya|me|a|usted|ustedes))* (?:que )?(?:no|nunca|jamas) (?:me |nos )(?:<subj>"
    r"|vuelva[ns]? a <inf>)<again>*<end>",
)

_DAYS = r"(?:lunes|martes|miercoles|jueves|viernes|sabados?|domingos?|fin(?:es)? de semana|finde)"

SPANISH = Grammar(
    groups=_GROUPS,
    demands=_DEMANDS,
    statements=_STATEMENTS,
    always=r"a (?:ninguna|cualquier) hora|ahora mismo|en el futuro|de ahora en adelante|a partir de (?:ahora|hoy)|desde (?:hoy|ahora)"
    r"|por favor|de dia ni de noche|dia y noche|todos los dias"
    r"|cada dia|si no le[s]? importa|si es tan amable|en la vida|para nada|cuando (?:les|le) (?:digo|pido).*|bajo ninguna circunstancia"
    r"|esta (?:casa|linea)",
    limits=r"antes|despues|hasta|hoy|manana|tan|tanto|por (?:la|las) (?:noche|noches|manana|mananas|tarde|tardes)|de (?:noche|madrugada"
    rf"|dia)|(?:los|el|este|cada) {_DAYS}|{_DAYS}|al (?:fijo|movil|celular|trabajo"
    r"|mediodia)|a (?:la|las) \w+|a (?:mi|su|la|el|mis) (?:madre|padre|mujer|marido|hijo|hija|trabajo|oficina|movil|celular|fijo|esposa"
    r"|esposo|jefe)|en (?:el|la|mi|horas?|horario|vacaciones|verano|navidad|un|media|agosto|el trabajo)(?! futuro)|durante"
    r"|mientras|cuando|entre|esta (?:semana|noche|tarde|manana)|salvo|excepto|a menos|si(?! no)|un (?:momento|rato|segundo)|luego"
    r"|mas tarde|tarde|temprano|a menudo|al (?:salir|volver)|seguido|tantas veces|pronto|todavia|aun"
    r"|solo|los del|las del|los de|el del|por (?:el|mi|ese) (?:nombre|apellido|tema)",
    late_limits=r"ahora|el banco|(?<!de )(?:la|los|las) (?!lista|base|registro)\w+",
    breaks=r"porque|pues|pero|ya (?:le|les|se)|estoy|esto|esta es|que (?:estoy|ya|no)|y (?:ya|no|quit\w+|borr\w+|por)|no (?:me interesa"
    r"|quiero|tengo)|es (?:un|una|la|el)|o (?:llamo|los|les|le|voy)|yo|mi|se lo|le|les",
    subjects=r"estoy|no puedo|tengo|es|son|soy|le dije|les dije|he|me|no",
    turned=r"(?:no|nunca|ayer|yo|cuando|por que|porque|ya no|que yo|quien|ella|el|ellos|nadie|hace \w+ que|desde que|si|a veces|mi \w+"
    r"|casi|les? (?:dijo|dijeron|pidio)|me (?:dijo|dijeron|pidio) que|usted|ustedes)(?: (?:ya|casi|me|nos))*",
    told_of=r"(?:por que|cuando|quien|mi \w+|ella|el|ellos|usted|cuando fue|fue|cual fue|cuando es|dice que|dijo que|quiere que|a el"
    r"|a ella|ellos tampoco|si)(?: (?:ya|me|le))*",
    others=r"pero (?:usted|ustedes|con usted|con ustedes|vosotros) (?:siga[n]?|si|puede[n]?|es|esta bien|esto)"
    r"|no (?:quiero|quisiera|queremos|deseo|voy a|pienso) (?:dejar|parar)|(?:yo|ya)? ?(?:le|les|te|os) (?:llamo|llamare|llamaremos"
    r"|voy a llamar|devuelvo)(?: (?:yo|luego|mas|manana|cuando))?|"
    r"(?:escribame|mandeme|enviame|envieme|mejor (?:por|al|a|un|en|llame|manana|el|escrib)\w*)|no (?:deje|deja|dejen|pare|paren) de"
    r"|no hace falta|no es necesario|no (?:tiene|tienes|tienen) que"
    r"|(?<!me )(?:llameme|llame) (?:al|a la|a mi|manana|luego|mas tarde|el|por|otra vez (?:el|manana|cuando))|sino (?:al|a|por)|usted si",
)
