"""Never to be called again, in French. Elisions stand apart: "m'appelez" is "m' appelez"."""

from agent_worker.opting_out.grammar import Grammar

_GROUPS = {
    "ne": r"(?:ne|n')",
    "obj": r"(?:(?:me|m'|nous|moi) )?",
    "imp": r"(?:appelez|appelle|appeliez|appellent|rappelez|rappelle|rappeliez|rappellent|telephonez|telephone|telephoniez|contactez"
    r"|contacte|contactiez|contactent|derangez"
    r"|derange|derangiez|derangent|embetez|embete|ennuyez|ennuie|harcelez|harcele|harceliez|importunez|importune|sollicitez|sollicite"
    r"|sollicitiez|relancez|relance|joignez|sonnez|composez"
    r"|recontactez|recontacte|demarchez|demarche|demarchiez|cherchez a me joindre)",
    "inf": r"(?:appeler|rappeler|telephoner|contacter|recontacter|deranger|embeter|ennuyer|harceler|importuner|solliciter|relancer"
    r"|joindre|sonner|composer|demarcher|poursuivre"
    r"|casser les pieds|passer des coups de fil)",
    "pp": r"(?:appele|rappele|contacte|recontacte|derange|harcele|importune|sollicite|demarche|joint|embete|ennuye)e?s?",
    "never": r"(?:plus(?: jamais)?|jamais(?: plus)?)",
    "calls": r"(?:appels?|coups? de (?:fil|telephone)|telephonages?|demarchages?|harcelement|sollicitations?|appels telephoniques)",
    "stop": r"(?:arrete[rz]?|arretiez|arretent|cesse[rz]?|cessiez|cessent|stop|stoppez|stoppe|stopper|finissez|terminez|evitez|eviter"
    r"|dispensez vous|abstenez vous|mettez fin|mettre fin)",
    "remove": r"(?:retire[rz]?|enleve[rz]?|supprime[rz]?|raye[rz]?|efface[rz]?|ote[rz]?|sors|sortez|sortir|desinscri\w+|desabonne\w*"
    r"|elimine[rz]?|biffe[rz]?|radie[rz]?|vire[rz]?|jetez"
    r"|detruisez|perdez|oublie[rz]?|bloquez|bloquer|exclue[rz]|retiriez|enleviez|supprimiez|effaciez)",
    "mine": r"(?:(?:mon|ce|notre|le|mes|nos) (?:(?:numero de) )?(?:numero|telephone|nom|contact|coordonnees|donnees|adresse|portable"
    r"|infos|informations|fiche))",
    "list": r"(?:listes?|listings?|bases?|fichiers?|systemes?|registres?|repertoires?|annuaires?|contacts|archives|carnet|ordinateurs?"
    r"|dossiers?|campagnes?|tablettes?|carnets?|fichier client)",
    "will": r"(?:veux|veut|voulons|souhaite|souhaitons|desire|desirons|voudrais|voudrions|aimerais|aimerions|exige|exigeons|demande"
    r"|demandons|tiens a ce|prefere|prefererais|entends|accepte|supporte)",
    "they": r"(?:qu' on|que l' on|qu' ils|qu' elles|qu' (?:un|une) de vos \w+|que vous|que (?:quelqu' un|quiconque|personne)"
    r"|que (?:votre|vos|cette|ces) \w+)",
    "mynumber": r"(?:(?:mon|notre|ce) (?:numero(?: de telephone)?|telephone|portable|nom)|mes (?:coordonnees|donnees|infos"
    r"|informations)|nos (?:coordonnees|donnees))",
    "harm": r"(?:plainte|police|gendarmes?|gendarmerie|avocat|justice|tribunal|cnil|bloque|signale|denonce|porte plainte|proces"
    r"|bloctel)",
    "end": r"(?=$|,| (?:s'|s il|svp|merci|et|ou|parce|car|a (?:ce|mon|la maison|toute|longueur|tout|ce numero)|ici|chez (?:moi|nous)"
    r"|ce numero|ce telephone|cette ligne|mon numero|maintenant"
    r"|immediatement|tout de suite|une fois|pour (?:me|ca|cela|vendre|des|rien|vos|de la|un)|tous les|toutes les|sans|avec|au telephone"
    r"|par telephone|svp|plus|jamais|de (?:la part|votre)"
    r"|c'|ca|je|j'|vous|en permanence|constamment|comme|desormais|dorenavant|a l'|encore|sur ce|qui que|d' accord"
    r"|compris|entendu|hein|ok))",
}

_DEMANDS = (
    # The phone and the number themselves: what must not happen to them.
    r"<ne> <obj>(?:passez|passe|passiez|donnez|donniez|faites) <never>(?: (?:de|d'|aucun|un|seul))* <calls>",
    r"(?:le|ce|mon|notre) (?:telephone|portable|fixe) ne (?:doit|devra|devrait|dois) <never> sonner",
    r"(?:faites en sorte|veillez|arrangez vous|debrouillez vous|faut|faudrait|veux|voudrais|souhaite|exige)(?: (?:a ce|pour))* que"
    r" (?:le|ce|mon|notre) (?:telephone|portable|fixe) ne sonne <never>",
    r"on (?:n'|ne) (?:appelle|rappelle|telephone|derange|sonne) <never>(?: (?:jamais|personne))* (?:ici|chez (?:moi|nous)|a ce numero"
    r"|sur (?:ce|cette) \w+)",
    r"(?:laissez|laisse|fichez|foutez)(?: (?:donc|enfin|un peu))* (?:ma|mon|mes|notre|nos|cette|la|les) \w+(?: (?:la|en|donc|enfin))*"
    r" (?:paix|tranquilles?)(?! (?:un|une|deux|cinq|pendant|jusqu))",
    r"(?:<ne> )?<obj>(?:en )?<imp>(?: (?:donc|surtout|s' il vous plait))? <never><end>",
    r"(?:<ne> )<obj><imp> (?:pas|surtout pas) (?:de nouveau|encore une fois|une nouvelle fois)",
    r"(?:<ne> )(?:me |m' |nous )<imp> (?:pas|surtout pas)(?=$|, (?:s' il|merci)| s' il)",
    r"ne <never>(?: (?:jamais|avoir a|chercher a|essayer de|tenter de|venir))* <obj><inf><end>",
    r"<ne> (?:cherchez|cherche|essayez|essaie|tentez|tente|persistez) <never> (?:a|de|d') <obj><inf><end>",
    r"<ne> (?:utilisez|utilise|utilisiez|employez|employiez|faites|reutilisez) <never> (?:ce|mon|notre) (?:numero|telephone"
    r"|portable)(?=$|,)",
    r"(?:pas|plus|aucunement)(?: du tout)? interessee?s?(?: (?:merci|et|donc|alors|non))* <ne> <obj><imp> (?:plus|pas)(?=$|,)",
    r"<stop>(?: (?:donc|tout de suite|immediatement|s' il vous plait|svp|enfin|un peu|maintenant))* (?:de|d') <obj><inf><end>",
    r"<stop>(?: (?:avec|a|au|aux|de|les|ces|vos|tous|tout|le|la|ce|votre|donc|immediatement|tout de suite))+(?: \w+)? ?<calls>",
    r"<remove>(?: (?:moi|nous))(?: \w+){0,4}? (?:<list>|ici|la|tout de suite|immediatement)",
    r"<remove>(?: (?:moi|nous))(?=$|,| (?:s'|svp|merci|de la|immediatement))(?<!oubliez moi)",
    r"(?:me|m'|nous) <remove>(?: \w+){0,4}? (?:<list>|appels?)",
    r"<remove> <mine>(?! (?:de la|du|de l'|des|de cette|de ce|de ma|de mon|sur la|sur le"
    r"|sur l') (?!(?:\w+ )?<list>))(?! (?:de (?:client|commande|dossier|la commande|cette commande)|du (?:dossier|rendez)))",
    r"<remove>(?: (?:que|vous|avez|aviez|eu|jamais|connaissez|connaissiez|un jour))+ (?:mon|ce|notre) numero",
    r"(?:etre|soit|sois|faire|suis)(?: (?:moi|me|nous))? <remove>e?s?(?: (?:de|du|des|d'|vos|votre|cette|la|toutes|toute|tous))*"
    r"(?: \w+)? ?<list>",
    r"(?:faites|fais) (?:moi|nous) (?:sortir|disparaitre|rayer|retirer|enlever|supprimer|effacer)(?: \w+){0,3}? <list>",
    r"(?:<never>|pas|ne)(?: (?:jamais|pas|plus))* (?:figurer|etre|apparaitre) (?:dans|sur) (?:vos|votre|cette|aucune"
    r"|la) ?<list>(?<!dans)",
    r"(?:me|m'|nous) desinscri(?:re|vez|ve)|desinscrivez(?: (?:moi|nous))?|desabonnez (?:moi|nous)|me desabonner|me faire (?:rayer"
    r"|radier|desinscrire)",
    r"(?:laissez|laisse|fichez|fiche|foutez|fous|foutre|ficher|laisser|lachez|lache)(?: (?:moi|nous|me|nous|donc|enfin|un peu))+(?: la"
    r"| en)? ?(?:la|en)? ?(?:paix|tranquilles?|les baskets|la grappe)"
    r"(?! (?:un|une|deux|cinq|le temps|pendant|jusqu))",
    r"(?:me|nous) (?:laisser|laissiez|ficher|foutre|lacher)(?: (?:la|en|enfin))* (?:paix|tranquilles?)",
    r"<stop>(?: (?:tout|tous|toute|toutes|les|vos|ces|immediatement))* (?:contacts?|communications?)(?=$|,| (?:avec (?:moi|nous)|s'"
    r"|svp|merci))",
    r"(?:inscri\w+|mett\w+|ajout\w+|plac\w+)(?: (?:moi|nous|me|mon|numero|ce))*(?: \w+){0,3}? (?:bloctel|liste rouge|liste noire"
    r"|liste d' opposition|liste d' exclusion|ne pas appeler|ne plus appeler)",
    r"liste d' opposition|liste anti (?:demarchage|appels)|ne (?:pas|plus) (?:me )?appeler list|liste (?:des )?ne pas appeler",
)

_STATEMENTS = (
    # A right that is used, a thing that is asked for by its name.
    r"(?:suppression|radiation|retrait|effacement|desinscription)(?: (?:immediate?|definitive?|complete?|totale?))? (?:de|du|des|d')"
    r" <mynumber>",
    r"(?:exerce|invoque|revendique|fais valoir|use de|utilise)(?: (?:de|mon|le|formellement))* droit d' opposition",
    r"(?:m' oppose|nous opposons|m' opposons|suis opposee?)(?: (?:formellement|totalement))* (?:a ce (?:que (?:vous|l' on)|qu' on)"
    r" (?:me |m' |nous )?<imp>|(?:a|au|a tout|a toute)(?: (?:tout|toute|nouvel|nouvelle|autre|cette|l' utilisation de))*"
    r" (?:<calls>|<mynumber>))",
    r"(?:refuse|refusons|(?:ne |n' )?(?:tiens|tenons) (?:pas|plus)(?: du tout)?)(?: (?:desormais|categoriquement|formellement|absolument))*"
    r" (?:d'|de|a) (?:etre (?:\w+ )?<pp>|(?:ce )?(?:qu' on|que vous) (?:me |m' |nous )?<imp>)",
    r"(?:hors de question|pas question|exclu|inadmissible)(?: (?:que|qu'|de))+ (?:vous |on |ils |un \w+ )?(?:me |m' |nous )?(?:<imp>|<inf>)"
    r"<end>",
    r"(?:ne |n' )?(?:prend\w*|repond\w*|decroch\w+|accepter\w+) (?:plus|jamais|pas)(?: (?:plus|aucun|aucune|a|de|d'|un|seul|jamais))*"
    r" (?:vos|votre|de vos) <calls>",
    r"(?:mon|notre|ce) (?:numero|nom|telephone) (?:n' a|ne doit|n' est|ne devrait)(?: (?:rien a faire|pas a|rien a|pas|plus|figurer|etre"
    r"|faire))+ (?:chez vous|(?:dans|sur) (?:vos|votre)(?: \w+)? <list>)",
    # What others of the house want, where it is about the caller's own calls.
    r"(?:mon|ma|notre|cette|cet|ce|la|le) \w+ (?:ne )?(?:veut|souhaite|desire|supporte|accepte|voudrait)(?: (?:absolument|vraiment))?"
    r" (?:plus|pas)(?: (?:recevoir|avoir|de|d'|entendre|aucun|un|seul|du tout))* (?:vos <calls>|(?:etre )?(?:recontacte|demarche|contacte)"
    r"e?s?)<end>",
    # Asked as a question that has one answer.
    r"comment(?: (?:faire|fait on|faut il faire|puis je faire|dois je faire|on fait|je fais))? pour (?:ne <never> (?:etre <pp>|recevoir"
    r"(?: (?:de|d'|vos|ces))* <calls>)|(?:que vous|qu' on|que l' on) (?:<stop> (?:de|d') <obj><inf>|(?:ne |n' )(?:me |m' |nous )?<imp>"
    r" <never>))",
    r"(?:faire|fasse|dise|dire|fais|faut) pour (?:que vous|qu' on|que l' on) (?:<stop> (?:de|d') <obj><inf>|(?:ne |n' )(?:me |m' |nous )?"
    r"<imp> <never>)",
    # Fed up with it, before and behind.
    r"(?:marre|assez|ras le bol|plein le dos|par dessus la tete|saoulee?|soulee?|excedee?|exasperee?|fatiguee?|lassee?)(?: (?:de|d'|par"
    r"|vos|ces|tous|toutes|recevoir|subir))* (?:vos <calls>|ces <calls>|etre <pp>)",
    r"(?:vos|ces|tous vos|tous ces) <calls>(?: \w+){0,4}? (?:ca suffit|ca commence a suffire|c' est fini|c' est termine|y en a marre"
    r"|il y en a marre|basta|stop)(?=$|,| (?:maintenant|merci))",
    r"ca suffit(?: (?:maintenant|comme ca|avec|tous|les|ces))* (?:vos|ces|les) <calls>",
    r"<will>(?: (?:ne|absolument|vraiment|surtout))* <never>(?: du tout)? <they>(?: (?:de|chez|ne) \w+)? (?:me |m' |nous )?<imp><end>",
    r"(?:n' )?ai (?:plus|pas|aucune|jamais)(?: du tout)? envie (?:<they> (?:me |m' |nous )?<imp>|(?:d'|de) (?:etre|recevoir)"
    r"(?: \w+){0,2} (?:<pp>|<calls>))<end>",
    r"(?:il )?(?:ne )?faut(?: (?:vraiment|absolument|surtout))? <never>(?: jamais)? (?:me |m' |nous )<inf><end>",
    r"<they> (?:me |nous )(?:fich\w+|fout\w+|laiss\w+|lach\w+)(?: (?:enfin|un peu|donc|une bonne fois|vraiment))* (?:la paix|en paix"
    r"|tranquilles?|les baskets|la grappe)",
    r"<will>(?: (?:absolument|vraiment))? que <mynumber> (?:soit|soient|disparaisse|disparaissent)(?: (?:bien|enfin|immediatement"
    r"|definitivement))* ?(?:supprim\w+|effac\w+|retir\w+|enlev\w+|ray\w+|radi\w+|detrui\w+)?(?=$|,| (?:s'|svp|merci|et|partout"
    r"|(?:de|du|des|dans) (?:vos|votre|cette|toutes?|la|tous)(?: vos)? <list>))(?<!soit)(?<!soient)",
    r"vous (?:ne |n' )?(?:me |m' |nous )?<imp> <never>(?: ici| a ce numero| chez (?:moi|nous))?(?: du tout)? (?:compris|c' est (?:compris"
    r"|clair|tout|fini)|d' accord|entendu|point)",
    r"(?:veux|voulons|souhaite|souhaitons|desire|voudrais|aimerais)(?: (?:ne|absolument"
    r"|vraiment))? <never>(?: jamais)? (?:vous entendre"
    r"|entendre (?:le son de )?(?:votre|vos) voix|entendre parler de vous|avoir (?:de )?vos nouvelles"
    r"|avoir affaire a (?:vous|votre \w+)|de vos nouvelles|vous parler au telephone)",
    r"(?:veux|voulons|souhaite|souhaitons|desire|desirons|voudrais|voudrions|accepte|supporte|tiens|ai envie|aimerais|veut|entends)(?: "
    r"(?:absolument|vraiment))? (?:<never>|ne <never>)"
    r"(?: (?:a|d'|de|jamais))? (?:etre|qu' on me|recevoir|avoir|entendre|un|vous entendre|vous avoir|de|d'|que (?:vous|l' on|on"
    r"|personne"
    r"|quelqu' un|quiconque)|avoir affaire|avoir a faire|du tout)"
    r"(?: (?:jamais|m'|me|nous|<pp>|<imp>|appeliez|appelle|vous|de|vos|d'|des|ces|un|seul|<calls>|parler|nouvelles|au|telephone"
    r"|vos nouvelles|la|moindre))+",
    r"(?:ce|mon|notre) (?:numero|telephone) ne (?:doit|devra|devrait) <never> etre (?:<pp>|compose|utilise)",
    r"(?:qu' on|que l' on|qu' ils) <stop>(?: (?:tout de suite|enfin|immediatement))* (?:de|d') <obj><inf><end>",
    r"(?:(?:vous )?(?:devez|devriez|allez)|(?:il )?(?:faut|faudrait))(?: (?:vraiment|absolument|maintenant))? <stop>"
    r" (?:de|d') (?:m' |me |nous )<inf><end>",
    r"(?:refuse|refusons|rejette|(?:m'|nous) oppose|(?:m'|nous) opposons)(?: (?:a|au|aux|tout|toute|tous|toutes|vos|ces|ce|de|d'"
    r"|des|les|genre"
    r"|recevoir|nouvel|nouveaux|autre|autres|formellement|categoriquement))+ <calls>",
    r"(?:veux|souhaite|desire|voulons|souhaitons|voudrais|accepte)(?: (?:absolument|vraiment))? (?:<never>|pas|aucun)(?: (?:aucun"
    r"|de|d'|avoir"
    r"|le|moindre|autre|un|etre|en))* contact(?=$|,| (?:avec vous|avec votre|de votre|telephonique|par telephone))",
    r"(?:veux|souhaite|desire|voulons|voudrais|aimerais|entends)(?: ne)? (?:<never>|pas) (?:faire partie|etre|figurer|apparaitre"
    r"|rester)"
    r"(?: inscrite?s?)? (?:de|d'|dans|sur|parmi)(?: (?:vos|votre|cette|aucune|la|les|une))? <list>",
    r"(?:aimerais|voudrais|souhaite|souhaiterais|prefere|prefererais|demande|veux|exige|desire)(?: (?:a|de))? ne <never>(?: jamais)?"
    r" (?:recevoir|avoir|subir|entendre|etre)(?: [\w']+){0,4}? (?:<calls>|<pp>)<end>",
    r"(?:ne|n') (?:\w+ )?(?:veux|voulons|souhaite|souhaitons|desire|accepte|supporte|voudrais)(?: (?:absolument|vraiment))? (?:pas"
    r"|aucun"
    r"|aucune|ni)(?: (?:de|recevoir|d'|un|vos|avoir|etre|que|vous|on|autre|autres|nouveau"
    r"|nouvel|seul|m'|me|nous|tels|ce|genre))* (?:<calls>|<pp>|appeliez|rappeliez|contactiez)",
    r"(?:veux|souhaite|desire|voulons|voudrais|aimerais|prefere|prefererais|demande|exige|prie|ordonne|conseille|remercie|merci|priere"
    r"|vouloir|veuillez|faut|faudrait|suffit|apprecierais|compte|assurez|veillez|faites)"
    r"(?: (?:que|qu'|vous|on|de|bien|a|ce|en|sorte|personne|plus|il|si|je|jamais|quiconque|quelqu' un))* (?:ne|n') (?:me |m' |nous )?"
    r"(?:soit |soient |sois )?(?:<imp>|<pp>|<never> <obj><inf>|appelle)(?: <never>)?"
    r"(?<!pas)(?=$|,| (?:plus|jamais|s'|svp|au telephone|chez|ici|a ce numero|par|de chez|du tout|d'))",
    r"(?:plus personne|personne)(?: (?:de|chez|vous|votre|societe|entreprise|ne|jamais|n'|plus))* (?:m'|me|nous) (?:appelle|rappelle"
    r"|telephone|contacte|derange|recontacte)(?! (?:pour|a))",
    r"(?:qu' on|qu' ils|que l' on) (?:ne|n') (?:m'|me|nous) (?:<imp>) <never>",
    r"(?:plus|jamais|plus jamais|pas un seul|pas un|plus un seul|aucun|stop|halte|fini|finis|assez|marre|ras le bol|basta|ca suffit"
    r"|terre)(?: (?:les|aux|a|de|d'|avec|un|seul|vos|ces|autre|ce|autres|tous|tout|le|que"
    r"|du|recevoir|subir|des))* (?:<calls>|(?:vous )?m' appeliez|<inf>)",
    r"(?:ces|vos|les|tous ces) <calls> (?:doivent|devraient|vont devoir|cessent|ont interet a|il faut que)(?: (?:s'|cesser|arreter"
    r"|arretent))*",
    r"(?:faut|veux|exige|souhaite|demande)(?: (?:que|absolument))* (?:ces|vos|les|tous ces) <calls>(?: (?:s'|cessent|arretent"
    r"|finissent))+",
    r"(?:c' est|que ce soit|ce sera|c' etait|soit|j' espere que c' est|esperons que c' est)(?: (?:bien|vraiment))? (?:la|le) "
    r"(?:derniere fois|dernier appel|derniere)(?: (?:que|qu'))? (?:vous|on|tu|je vous)(?: (?:me|m'|nous|le))?"
    r" (?:appel\w+|rappel\w+|telephon\w+|contact\w+|derang\w+|dis)",
    r"que ce soit (?:la derniere fois|le dernier appel)",
    r"(?:retire|revoque|annule|retirer|revoquer|refuse)(?: (?:mon|tout|toute|le|ma|mes|tous))+ (?:consentement|accord|autorisation"
    r"|permission)(?! (?:pour l' enregistrement|a l' enregistrement))",
    r"(?:vous autorise|vous permets|vous avons autorises?) (?:pas|plus|jamais) a (?:me |m' |nous )?<inf>",
    r"(?:vous )?(?:n' )?(?:avez )?(?:pas|plus|jamais|aucun|aucune|sans)(?: (?:le|l'|mon|ma|de|d'|vous|donne|avez|eu|je|ai|du|tout"
    r"|la))* "
    r"(?:droit|permission|autorisation|consentement|accord|autorise)"
    r"(?: (?:de|d'|a|pour|me|m'|nous|que|vous|ce|ces|vos|continuer|des|qu' on|les))* (?:<inf>|<imp>|<calls>|appeliez)",
    r"(?:vous |il vous est )?(?:interdis|interdit|defends|interdisons)(?: (?:de|d'|formellement|me|m'|nous|que|vous|a|quiconque|votre"
    r"|societe|strictement))* (?:(?:utiliser|garder|conserver) (?:ce|mon|notre) numero|<inf>|<imp>|appeliez|<calls>)(?! (?:avant"
    r"|apres))",
    r"(?:si|la prochaine fois que) (?:vous|on|tu|j'|quelqu' un)(?: (?:me|m'|nous|encore|n'|ne|continuez a|recois|osez))* (?:<imp>"
    r"|appel\w*|rappel\w*|arretez|cessez|<inf>|un).{0,60}(?<![^ ,])<harm>",
    r"<harm>.{0,20}(?<![^ ,])si (?:vous|on)(?: (?:me|m'|nous|ne|n'|continuez|a))* (?:<imp>|<inf>|arretez|cessez)",
    r"(?:encore un|un autre|un seul|un) <calls>(?: (?:de plus|et|encore))*.{0,25}(?<![^ ,])<harm>",
    r"<imp>(?: moi)? encore(?: une fois)? et.{0,20}(?<![^ ,])<harm>",
)

_DAYS = r"(?:lundi|mardi|mercredi|jeudi|vendredi|samedi|dimanche|week end|weekend)s?"

FRENCH = Grammar(
    groups=_GROUPS,
    demands=_DEMANDS,
    statements=_STATEMENTS,
    always=r"a partir (?:de maintenant|d' aujourd' hui|d' aujourd'hui)|desormais|dorenavant|a l' avenir|tous les jours"
    r"|toutes les semaines|jour et nuit|a toute heure|a n' importe quelle heure|tout de suite"
    r"|s' il (?:vous|te) plait|si possible|si vous (?:voulez|pouvez)(?: bien)?|une bonne fois pour toutes|quand je (?:vous )?(?:dis"
    r"|le dis).*|au telephone|du tout|sur ce numero|a ce numero|a la fin|a la maison",
    limits=r"avant|apres|tard|tot|trop|aussi (?:tard|tot|souvent)|si (?:tard|tot|souvent)|souvent|(?:ce|le|les|cet|en) (?:soir|matin"
    rf"|midi|apres midi|{_DAYS}|vacances|travail|fixe|portable|bureau|week)s?|{_DAYS}|aujourd'? ?hui"
    r"|demain|cette (?:semaine|nuit)|pendant|durant|quand|lorsque|tant que|si(?! ca)|sauf|jusqu'?a?|entre|au (?:travail|bureau|boulot"
    r"|fixe|milieu|moins)|a (?:midi|minuit|\d+|\w+ heures?|cette heure)|sur (?:mon|le|ma) \w+|la nuit|le temps"
    r"|en (?:journee|soiree|semaine|ete|hiver|ce moment|reunion|voiture)|chez ma \w+|de la (?:journee|nuit|semaine)|un (?:instant"
    r"|moment)|deux (?:minutes|secondes)|(?:de|d') (?:si|aussi) .*|seulement|uniquement|encore|mon (?:mari|fils|pere|collegue)"
    r"|ma (?:femme|fille|mere)|par (?:mon|ce) (?:prenom|nom)",
    late_limits=r"maintenant|depuis|hier|madame|monsieur|mademoiselle|cheri",
    breaks=r"parce|car|je|j'|c'|ca|vous|mais|et (?:supprim|retir|enlev|effac|oubli|ne|n'|je)\w*|sinon|on|il|elle",
    subjects=r"je|j'|c'|vous|il|elle|suis|ai",
    turned=r"(?:il|elle|ils|elles|on|ca|cela|qui|je|j'|nous|pourquoi|quand|jamais|mon \w+|ma \w+|personne"
    r"|(?<!que )(?<!si )(?<!prie )(?<!pourriez )(?<!pouvez )(?<!voulez )(?<!voudriez )(?<!allez )(?<!devriez )(?<!devez )vous"
    r"|si vous|(?:lui|leur) (?:ai dit|a dit|ont dit|dit|demande)|m' a (?:dit|demande)"
    r"|a (?:dit|demande)|pas|pourquoi vous|est ce que vous|il (?:a|faut)|ai|a|avons|ont|avez|suis|n' arrive pas a|peux pas m')(?: (?:ne"
    r"|n'|lui|leur|deja|me|m'|a|y))*",
    told_of=r"(?:il|elle|ils|elles|mon \w+|ma \w+|est ce que (?:vous|tu)|pourquoi|quand|qui|vous ne|vous|n' y a|y a|y avait|ai eu"
    r"|ai recu|quelle est|quelle etait|(?:recois|recoit|recevons|recevez|entends|vois|trouve|n' ai|n' a|n' avons)|c' etait quand)(?: "
    r"(?:ne|n'|lui|leur))*",
    others=r"mais (?:vous|avec vous|pour vous) (?:ca va|c' est|vous pouvez|pouvez|allez y|oui)"
    r"|(?:ne |n' )?(?:veux|voudrais|souhaite|voulons) pas (?:arreter|cesser)|(?:je|j'|on) (?:vous|te) (?:rappelle|appelle|rappellerai"
    r"|appellerai|rappelons)|(?:rappelez|appelez) (?:moi|nous|plutot|le"
    r"|la|mon|ma|demain|lundi|sur|apres)|ecrivez|envoyez|(?:prenez|utilisez|composez|essayez) (?:mon|ma|le|la|un|une"
    r"|celui)(?! \w+ (?:plus|jamais))|c' est moi qui|plutot(?! (?:cesser|crever))|pas besoin|pas la peine|n' avez pas (?:besoin|a)"
    r"|pas necessaire|n' arretez (?:pas|surtout)|ne (?:cessez|stoppez) pas|mieux vaut|c' est mieux",
)
