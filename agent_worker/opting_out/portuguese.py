"""Never to be called again, in Portuguese, as spoken in Portugal and in Brazil."""

from agent_worker.opting_out.grammar import Grammar

_GROUPS = {
    "no": r"(?:nao(?!,)|nunca mais|nunca|jamais|nem)",
    "obj": r"(?:(?:me|nos|mais|voces|voce|a gente|por favor) )*",
    "subj": r"(?:ligue[ms]?|liga|ligam|ligar(?:em)?|ligassem?|ligaram|telefone[ms]?|telefona|telefonar(?:em)?|telefonassem"
    r"|contac?te[ms]?|contac?tar(?:em)?|contac?tassem|contate[ms]?|incomode[ms]?|incomodar(?:em)?|incomodassem|perturbe[ms]?"
    r"|perturbar(?:em)?|chateie[ms]?|chatear(?:em)?|importune[ms]?|importunar(?:em)?|aborreca[ms]?|aborrecer(?:em)?|procure[ms]?"
    r"|procurar(?:em)?|assedie[ms]?|azucrine[ms]?|encha[ms]? o saco|encham? a paciencia)",
    "inf": r"(?:ligar(?:em)?|telefonar(?:em)?|contac?tar(?:em)?|incomodar(?:em)?|perturbar(?:em)?|chatear(?:em)?|chamar|importunar"
    r"(?:em)?|aborrecer|procurar|assediar|azucrinar|encher (?:o|meu|o meu) saco|encher a paciencia|atormentar|fazer (?:essas |estas )?"
    r"(?:ligacoes|chamadas))(?: (?:me|nos))?",
    "ger": r"(?:ligando|telefonando|contac?tando|incomodando|perturbando|chateando|insistindo|importunando|a ligar|a telefonar"
    r"|a incomodar|a insistir|a chatear)(?: (?:me|nos))?",
    "again": r"(?: (?:mais|nunca mais|nunca|jamais|de novo|outra vez|novamente|mais nenhuma vez|mais uma vez|mais vez nenhuma"
    r"|em hipotese alguma|de forma alguma|no futuro))",
    "here": r"(?: (?:para|a|em|pra|no|neste|nesse|nesta)(?: (?:mim|nos|ca|aqui|este|esse|o meu|meu|a minha|minha|nossa|esta))+(?: "
    r"(?:numero|telefone|telemovel|celular|casa|linha|familia))?| (?:neste|nesse|deste) (?:numero|telefone)| ca| aqui)?",
    "calls": r"(?:ligac(?:oes|ao)|chamadas?|telefonemas?|contac?tos?|ligadelas|assedio|propagandas? (?:por|no) telefone|telemarketing)",
    "stop": r"(?:pare[ms]?|para|parar(?:em)?|parassem|parem la|deixe[ms]?|deixa|deixar(?:em)?|deixassem|cesse[ms]?|cessar(?:em)?|chega"
    r"|basta|evite[ms]?|abstenha[m]?(?: se)?|suspenda[ms]?|acabe[ms]?|acabar(?:em)?|termine[ms]?|desista[ms]?)",
    "remove": r"(?:exclui|tire[ms]?|tira|tirar(?:em)?|remova[ms]?|remover(?:em)?|retire[ms]?|retirar(?:em)?|exclua[ms]?|excluir(?:em)?"
    r"|apague[ms]?|apaga|apagar(?:em)?|delete[ms]?|deletar|elimine[ms]?|eliminar(?:em)?|risque[ms]?|riscar(?:em)?|suprima[ms]?"
    r"|esqueca[ms]?|esquecer|esquece|perca[ms]?|bloqueie[ms]?|bloquear|descarte[ms]?|rasgue[ms]?|jogue[ms]? fora|deite[ms]? fora"
    r"|limpe[ms]?|descadastre[ms]?|descadastrar)",
    "mine": r"(?:(?:(?:o|a|os|as|do|da) )?(?:meu|minha|meus|minhas|nosso|nossa|nossos|este|esse) (?:(?:numero de|propio) )?(?:numero"
    r"|telefone|nome|contac?tos?|dados|cadastro|registro|registo|telemovel|celular|informacoes|ficha))",
    "list": r"(?:listas?|listagem|base|bases|banco|cadastros?|sistemas?|registros?|registos?|ficheiros?|arquivos?|agenda|diretorio"
    r"|contac?tos|campanhas?|computador|programa|mailing)",
    "end": r"(?=$|,| (?:por favor|obrigad\w|e|ou|porque|que|pois|ja|para (?:mim|ca|aqui|este|esse|(?:o )?meu (?:numero|telefone"
    r"|telemovel|celular)"
    r"|(?:a )?minha (?:casa|linha|familia)|vender|oferecer|sempre)|pra (?:mim|ca|este|esse|minha casa|meu numero)|a (?:mim|toda)|aqui"
    r"|todos|todas|de uma vez|imediatamente|com (?:isso|isto"
    r"|essas|estas|as)"
    r"|com|mais|nunca|de novo|outra|novamente|o dia todo|constantemente|toda|agora mesmo|neste numero|nesse numero|ta|esta bem|eu|nao"
    r"|a gente"
    r"|(?:a )?(?:minha|nossa) (?:mae|mulher|avo|familia|casa)|(?:o )?meu (?:pai|marido|avo)"
    r"|se nao|senao|sem|me))",
    "harm": r"(?:denunci\w+|policia|advogad\w+|process\w+|queixa|reclamac\w+|procon|tribunal|justica|bloqueio|anatel|gnr|boletim|asae"
    r"|deco)",
}

_DEMANDS = (
    r"nao (?:use[ms]?|utilizem?) (?:mais|nunca mais) (?:este|esse|meu|o meu|nosso|o nosso) (?:numero|telefone)(?=$|, (?:por favor"
    r"|obrigad[oa]))",
    r"<stop>(?: (?:ja|por favor|imediatamente|de uma vez|la|voces))* de (?:ficar|estar|andar|viver|continuar)(?: (?:me|nos|sempre))*"
    r" <ger><end>",
    r"nao (?:e|era) (?:mais )?(?:para|pra) (?:voces |ninguem )?(?:me |nos )?<inf><here><again>+(?! (?:de|do) (?:uma|que))",
    r"nao (?:me |nos )chame[ms]? (?:mais|nunca mais)(?! de)",
    r"<no> <obj>(?:volte[ms]?|voltar(?:em)?|voltassem|torne[ms]?|tornar(?:em)?|tornassem) a (?:me |nos )?<inf><here>",
    r"<no> <obj><subj>(?: (?:me|nos|para mim|pra mim))?<here><again>+",
    r"(?:nunca mais|jamais) <obj><subj><here>(?=$|,| (?:por favor|obrigad\w|e|ou|para|pra|na vida|aqui|ca))",
    r"nao (?:mais )?(?:me |nos )<subj><here>(?=$|,| (?:por favor|obrigad\w|e|ou|nunca|mais))",
    r"nao <subj> (?:para|pra) (?:este|esse|o meu|meu|minha casa|a minha casa|ca|aqui|mim)(?: (?:numero|telefone))?(?: (?:mais"
    r"|nunca))?(?=$|,| por favor)",
    r"<no> <obj>(?:continue[ms]?|siga[ms]?|fique[ms]?|insista[ms]?|andem|continuem)(?: em| a| me)? (?:<ger>|<inf>)",
    r"<no> (?:volte[ms]? a )?(?:entre[ms]?|entrar(?:em)?|entrassem)(?: mais)? em contac?to(?: (?:comigo|conosco|connosco))?(?: (?:mais"
    r"|nunca mais|novamente|de novo))?<end>",
    r"<stop>(?: (?:ja|por favor|imediatamente|de uma vez|la|voces))* (?:de|com essa mania de|com a mania de) (?:me |nos )?<inf><end>",
    r"<stop>(?: (?:ja|por favor|imediatamente|de uma vez|la|voces|com|de|as|essas|estas|tantas|tanta|todas|os|esses|estes|a|o|suas"
    r"|vossas|fazer|receber))+ <calls>",
    r"<stop>(?: (?:ja|as|essas|estas|os|todas))+ <calls>",
    r"(?:chega|basta|farto|farta|cansad[oa]|cheio|cheia|saturad[oa]|fartos)(?: (?:ja|de|com|tantas|suas|essas|estas|as|vossas|receber"
    r"|tanta|dessas|destas|das|voces))* (?:<calls>|me <inf>|<inf>|que me <subj>|liguem|ligando|a ligar)",
    r"(?:me|nos) <remove>(?: \w+){0,5}? <list>",
    r"(?:me|nos) <remove> (?:dai|disso|disto|dessa|desta|ja)",
    r"<remove>(?: (?:me|nos|ja|por favor|logo|daqui))+(?: \w+){0,5}? (?:<list>|dai|disso)",
    r"<remove>(?: (?:ja|por favor|logo|de vez|imediatamente|que|voces|tem|tinham|alguma vez|um dia))* <mine>(?! (?:de cliente|do pedido"
    r"|da consulta|da fatura|do contrato))",
    r"(?:esqueca[ms]?|esquecam|esquece)(?: (?:se|voces|que|eu))* (?:de mim|de nos|existo|do meu numero|deste numero|meu numero"
    r"|o meu numero)",
    r"(?:me deix(?:e[ms]?|a|ar|arem)|deix(?:e[ms]?|a)(?: me| nos)|nos deixe[ms]?|deixe[ms]? a (?:gente|minha familia))"
    r"(?: (?:ja|por favor|de vez))* (?:em paz|sossegad[oa]s?|tranquil[oa]s?|quieto)(?! (?:um|ate|enquanto))",
    r"largue?[ms]?(?: me)? (?:d?o meu pe|me)|me largue?[ms]?|larga do meu pe",
    r"(?:coloque[ms]?|ponha[ms]?|poe|inclua[ms]?|adicione[ms]?|registe[ms]?|registre[ms]?|bote[ms]?|insira[ms]?|marque[ms]?)"
    r"(?: \w+){0,4} (?:nao perturbe|lista negra|nao ligar|nao contac?tar|nao me perturbe|lista de exclusao|lista de nao)",
    r"(?:lista|cadastro) (?:do )?nao (?:me )?(?:perturbe|ligue|incomode)|lista de nao (?:ligar|contac?tar)",
    r"sair d(?:a|essa|esta|e sua|as|essas|o|esse|este)(?: (?:sua|vossa|tal))? <list>|(?:descadastr\w+|cancelar meu cadastro)"
    r"|me descadastr\w+",
)

_STATEMENTS = (
    # The number itself: what must not be done with it, and where it does not belong.
    r"(?:para |a )?(?:este|esse|o meu|meu|neste|nesse) (?:numero|telefone|telemovel|celular)(?: (?:ja|nunca|nunca mais))* (?:nao (?:se"
    r" (?:liga|telefona|usa|volta a ligar)|e (?:mais )?para (?:ser )?(?:ligar|usar|chamado|telefonar|incomodar|contac?tado)|(?:deve|pode)"
    r" (?:mais )?ser (?:chamado|contac?tado|usado|incomodado))|nao (?:pode|deve) (?:mais )?tocar)(?: (?:mais|nunca mais|nunca|de novo))*",
    r"(?:quero|exijo|peco|solicito|gostaria|queria|desejo|preciso)(?: (?:que|se|me|nos|por|favor|imediatamente|ja|voces|lhe|lhes|de))*"
    r" (?:<remove>|elimin\w+|apag\w+|exclu\w+|remov\w+)(?: (?:de vez|ja|por completo|todos|todo))* <mine>(?! (?:de cliente|do pedido|da"
    r" (?:consulta|fatura)|do contrato))",
    r"(?:remocao|eliminacao|exclusao|supressao|cancelamento)(?: (?:imediata|definitiva|total))? (?:do|dos|de|da) (?:meu|meus|minha|minhas"
    r"|nosso|nossos|este) (?:numero|telefone|dados|contac?to|cadastro|nome|informacoes)",
    r"(?:quero|exijo|queria|gostaria de ter) <mine> (?:fora|fora ja|longe) d\w+(?: \w+)? <list>",
    # Of what is to be written down, and of what others are to be told.
    r"(?:anot\w+|registr?\w+|escrev\w+|ponha\w*|marque\w*|tom\w+ nota|deix\w+ (?:escrito|registado|registrado|anotado))(?: (?:ai|bem|por"
    r" favor|no|na|sistema|ficha|computador|de|ja|sua|vossa|seu|vosso))* que(?: (?:eu|nos|este|esta|cliente|senhora|senhor|familia|numero"
    r"|aqui|ninguem|a gente))* nao(?: (?:quero|queremos|quer|deseja|desejo|pretendo|deve|e|pode|para))+(?: (?:que|me|nos|mais|receber|ser"
    r"|voltar|a))* (?:<calls>|<subj>|(?:contac?tad|chamad|incomodad|perturbad|procurad)[oa]s?|<inf>)",
    r"(?:avis\w+|diga\w*|fal[ea]\w*|comunique\w*|inform\w+|pe[cd]\w+)(?: (?:a|aos|ao|as|os|o|seus|seu|sua|suas|vossos|chefe|colegas"
    r"|pessoal|equipe|equipa|todos|por favor|pra|para|la))* (?:para|que) (?:nao|nunca mais|nunca) (?:me |nos )?(?:<subj>"
    r"|<inf>)(?: (?:me|nos"
    r"))?<again>*<end>",
    r"(?:garant\w+|assegur\w+|certifi\w+|cuid\w+)(?: (?:se|de|por favor|la))* que (?:ninguem|nenhum de voces)(?: (?:mais|dai|da|sua|empresa"
    r"))* (?:me |nos )?<subj>(?: (?:me|nos|mais))*<here><end>",
    # What others of the house want.
    r"(?:(?:o|a) )?(?:meu|minha|nosso|nossa|esta|este|cá em casa|na minha casa|aqui em casa|em casa|aqui)(?: \w+)? (?:ninguem|nao) "
    r"(?:quer|deseja|queremos|pretende)(?: (?:mais|receber|ter|ouvir|que|a|lhe|voces|nenhuma))* (?:mais <calls>|<calls> (?:vossas|suas|de"
    r" voces)|(?:essas|estas|suas|vossas) <calls>|<subj>)<end>",
    # A right, a question that has one answer, and enough of it.
    r"(?:oponho|opomos)(?: (?:me|nos))* (?:a (?:que (?:me |nos )?<subj>|(?:mais|qualquer|toda|receber|ser) ?(?:<calls>|contac?tad[oa])?)"
    r"|ao (?:uso|tratamento) (?:do|dos) (?:meu|meus))",
    r"(?:como|que|o que)(?: (?:faco|fazer|tenho de fazer|tenho que fazer|preciso fazer|preciso de fazer|devo fazer|e preciso"
    r"|posso fazer|e que"
    r"|se faz|a gente faz))+ (?:para|pra) (?:(?:que )?(?:voces )?<stop> de (?:me |nos )?<inf>|nao receber mais <calls>|deixar de receber"
    r"(?: (?:as|essas|estas|suas|vossas))* <calls>|(?:que )?(?:voces )?nao me <subj>(?: mais)?|(?:que )?(?:voces )?parem de (?:me )?<inf>)",
    r"(?:acabaram|acabou|terminaram)(?: (?:se|as|com as|as suas|essas|estas))* <calls>(?=$|,| (?:por favor|ouviu|percebeu|ok|ta|para))",
    r"(?:nao|nunca mais) (?:aguento|suporto|aguentamos|tolero)(?: (?:mais|com|ser))*(?: (?:essas|estas|suas|vossas|as|tantas|tanta))* "
    r"(?:<calls>|(?:incomodad|chatead|perturbad)[oa])",
    r"(?:nao vou|nunca vou|nao vamos|nao volto a|nao pretendo) (?:mais )?(?:atender|aceitar|responder|receber)(?: (?:mais|a|as|suas|vossas"
    r"|essas|outras?|nenhuma))* <calls>(?: (?:suas|vossas|de voces|dessa empresa))?",
    r"(?:nao|nem) (?:tenho|temos)(?: (?:nenhuma|a menor|qualquer|mais))* (?:vontade|interesse|desejo) (?:de|em|que)(?: (?:ser|que|voltar a"
    r"|receber|me|nos|mais))* (?:contac?tad[oa]s?|incomodad[oa]s?|<calls>|<subj>)",
    r"(?:nao|nunca) (?:quero|desejo|queremos|aceito|pretendo)(?: mais)?(?: (?:nenhum|qualquer|ter|mais))* contac?to(?: (?:com|de|da"
    r"|por parte"
    r" de) (?:voces|essa empresa|vossa empresa|esta empresa|sua parte|telefone))?(?=$|,| (?:por favor|obrigad\w))",
    r"(?:voces? )?(?:tem|teem|precisam|precisa|devem|deviam|podiam|podem|poderiam|queiram|vao)(?: (?:de|que|ja|mesmo"
    r"|por favor))* <stop>(?: "
    r"(?:com|de|ja))+ (?:(?:estas|essas|estes|esses|as|os|suas|vossas|vossos|tantas)(?: \w+)? <calls>|(?:me |nos )?<inf>)(?! (?:o preco))",
    r"(?:nao|nunca mais|nunca|nem) (?:quero|desejo|queremos|desejamos|queria|aceito|aceitamos|gostaria de|pretendo|admito|autorizo"
    r"|tenho interesse em|estou interessad[oa] em|preciso de)(?: (?:voltar a|mais|receber|ter|de|nenhuma?|nenhum|outra|sequer|as|suas"
    r"|essas|estas|vossas|tais|uma|so"
    r"|uma unica|esse tipo|este tipo))* <calls>(?! (?:antes|de (?:manha|noite)))",
    r"(?:nao|nunca mais|nunca) (?:quero|desejo|queremos|desejamos|queria|gostaria|aceito|permito|autorizo|admito|gosto|vos autorizo"
    r"|lhes autorizo|os autorizo)(?: mais)?(?: (?:que|voces|ninguem|a|me|nos|sua|empresa|dai|mais|voltem|continuem))* (?:<subj>|<ger>"
    r"|<inf>|entrem em contac?to)<again>*<end>",
    r"(?:nao|nunca mais|nunca) (?:quero|desejo|queremos|queria|gostaria)(?: (?:mais|voltar a|nunca|de))* (?:saber|ouvir)(?: (?:mais|nada"
    r"|falar|a|sua|vossa|voz))* (?:de|da|a|voz)? ?(?:voces?|vos|si|vossa empresa|sua empresa|vossa|voz)?(?<!saber)(?<!ouvir)(?<!mais)",
    r"(?:nao|nunca mais|nunca) (?:quero|desejo|queremos|desejamos|gostaria de|aceito|queria)(?: (?:mais|voltar a|nunca mais))* ser(?: "
    r"(?:mais|nunca mais|novamente))* (?:contac?tad|incomodad|perturbad|importunad|chatead|procurad|chamad)[oa]s?(?! (?:de|por))",
    r"(?:gostaria|queria|quero|prefiro|preferia|desejo|peco|agradecia|agradeceria|agradeco|exijo|pedi|pedia|faca o favor|favor|solicito)"
    r"(?: (?:de|que|se|para|muito|a|voces|ja|me|favor|lhe|lhes|lhe que))* (?:nao|nunca|nunca mais)(?: (?:ser|mais|me|nos|voltar|a"
    r"|voltem|voltassem"
    r"|serem))* (?:(?:contac?tad|incomodad|perturbad|importunad)[oa]s?|<subj>|<inf>|entrem em contac?to)(?: (?:mais|comigo"
    r"|de novo))*<end>",
    r"(?:que )?(?:seja|e|foi|espero que seja|sera|tenha sido)(?: (?:bem|mesmo))? a ultima (?:vez|chamada|ligacao)(?: (?:em|que|me|nos"
    r"|voces|voce))* (?:<subj>|lig\w+|telefon\w+|incomod\w+|chat\w+)",
    r"que (?:esta |essa |isto )?seja (?:a ultima (?:vez|chamada|ligacao)|o ultimo telefonema)",
    r"(?:nem mais uma?|nenhuma?|nem uma?|mais nenhuma?|nao mais|zero|sem mais|nem mais)(?: (?:mais|so|unica))* <calls>(?! (?:perdida"
    r"|recebida|ontem))",
    r"(?:mais )<calls> (?:nao|nunca)|nada de (?:mais )?<calls>",
    r"(?:retiro|revogo|cancelo|anulo|retirar|revogar|nego)(?: (?:o|a|meu|minha|todo|qualquer|toda))+ (?:consentimento|autorizacao"
    r"|permissao)",
    r"(?:voces? )?(?:nao|nunca|jamais|sem)(?: (?:vos|lhes|lhe|os|dei|dou|tem|tenho|deu|a|o|minha|meu|qualquer|nenhuma?|tinham|ja|mais"
    r"|havia|dado|foi|foram|ter))* (?:permissao|consentimento|direito|autorizacao|autorizo|autorizei|consinto|permito|permiti"
    r"|autorizad[oa]s?)"
    r"(?: (?:a|para|de|que|me|nos|voltem|voltarem|mais|continuem|voces|vos|continuar|alguma))* (?:<inf>|<subj>|<ger>|<calls>)",
    r"(?:proibo|proibimos|proibid[oa]s?|interdito)(?: (?:vos|voces|de|que|a|voltar|voltarem|me|nos|lhe|lhes|os|terminantemente|estao))* "
    r"(?:<inf>|<subj>)",
    r"(?:se|caso|da proxima vez que|na proxima vez que) (?:voce |voces )?(?:me |nos )?(?:voltar\w*|ligar\w*|continuar\w*|insist\w+"
    r"|telefonar\w*|tornar\w*|incomod\w+|receber mais|nao parar\w*|pararem).{0,60}(?<![^ ,])<harm>",
    r"<harm>.{0,15}(?<![^ ,])(?:se|caso) (?:voces? )?(?:me |nos )?(?:voltar\w*|ligar\w*|continuar\w*|nao parar\w*)",
    r"(?:mais uma|outra|mais alguma) <calls>.{0,30}(?<![^ ,])<harm>",
    r"(?:ninguem|nenhum de voces)(?: (?:mais|da|do|de|sua|vossa|empresa|voces|dai|firma|companhia))* (?:me|nos) (?:volte a <inf>|ligue"
    r"|incomode|contac?te|telefone|perturbe)",
    r"(?:garanta|garantam|assegure|certifique|certifiquem|assegurem|zele|providencie)\w*(?: (?:se|de|que|por favor|para|o|a))* (?:nao"
    r"|nunca|ninguem)(?: \w+){0,4}? (?:<subj>|<calls>|contac?tad[oa])",
    r"(?:essas|estas|suas|vossas|as) <calls> (?:tem que|tem de|devem|precisam|teem de)(?: (?:de))? (?:parar|acabar|cessar)",
)

_DAYS = r"(?:segundas?|tercas?|quartas?|quintas?|sextas?|sabados?|domingos?|fins? de semana|feriados?)(?: feiras?)?"

PORTUGUESE = Grammar(
    groups=_GROUPS,
    demands=_DEMANDS,
    statements=_STATEMENTS,
    always=r"de agora em diante|a partir de (?:agora|hoje)|daqui (?:em|para a) (?:diante|frente)|no futuro|todos os dias|o dia (?:todo"
    r"|inteiro)|a toda (?:a )?hora|por favor|agora mesmo|se faz favor|se possivel|se (?:puder|nao se importar?m?)|dia e noite"
    r"|em hipotese alguma"
    r"|a qualquer hora|de uma vez por todas|de manha a noite|para sempre|quando (?:eu )?(?:digo|peco).*|as ligacoes|as chamadas"
    r"|as vossas|as suas|no meu telefone|para o meu (?:numero|telefone)|para a minha casa|no cadastro|a minha",
    limits=r"antes|depois|ate|hoje|amanha|a noite|de noite|de manha|a tarde|da (?:noite|manha|tarde)|(?:aos?|as|no|na|nos|nas|a|em"
    rf"|em dia de) (?:{_DAYS}|\d+|\w+ horas?|trabalho|escritorio|hora|fixo|celular|telemovel|meio|meu trabalho|ferias|verao|inverno"
    r"|madrugada|almoco|servico|hospital|emprego)"
    rf"|{_DAYS}|durante|enquanto|quando|se(?! nao)|caso|tao|tanto|tarde|cedo|esta (?:semana|noite|tarde|manha)|entre|salvo|exceto"
    r"|a menos|um (?:momento|instante|bocado|pouco|minuto|segundo)|mais tarde|muitas vezes|a esta hora|a essa hora|nessa hora|so|apenas"
    r"|ja ja|ainda|pelo (?:nome|apelido)"
    r"|para o (?:fixo|telemovel|celular|trabalho|escritorio|meu (?:marido|filho|pai|trabalho))|para a (?:minha (?:mulher|mae|filha)"
    r"|loja)|de (?:senhor\w*|doutor\w*|querid\w+|madrugada)",
    late_limits=r"agora|ontem|(?:o|a|os|as) (?:banco|medico|vizinh\w+|minha|meu|meus)",
    breaks=r"porque|pois|mas|eu|estou|isso|isto|e (?:ja|nao|tire|apague|deixem|remova)\w*|senao|ou (?:eu|vou|chamo)|nao (?:quero|tenho)"
    r"|que (?:eu|estou|ja)|vou",
    subjects=r"eu|estou|tenho|e|sao|sou|ja|disse|pedi|posso|me|nao",
    turned=r"(?:nao|nunca|ontem|eu|quando|por que|porque|quem|ela|ele|eles|elas|ninguem|ha \w+ que|desde que|se|as vezes|(?:meu"
    r"|minha) \w+|quase|(?<!ja )(?<!lhe )(?<!lhes )(?<!vos )(?:disse|disseram|pediu|pediram) para|me (?:disse|pediu) (?:que|para)|ja nao"
    r"|eles ja|lhes? (?:disse|pediu|disseram)|a clinica|o banco)(?: (?:ja|quase|me|nos|eu|ainda|voces?|eles|elas))*",
    told_of=r"(?:por que|quando|quem|(?:meu|minha) \w+|ela|ele|eles|quando foi|foi|qual foi|(?:ele|ela|marido|mulher|filha|filho|mae"
    r"|pai) (?:me )?(?:disse|diz) que|se|tenho|tive|recebi|houve|ha)(?: (?:ja|me|lhe))*",
    others=r"mas (?:voces?|com voces?|os senhores|a senhora|o senhor) (?:podem?|tudo bem|e diferente|sim|nao faz mal)"
    r"|nao (?:quero|queria|queremos|pretendo|vou|gostaria de) (?:deixar|parar)|eu (?:lhe |te |vos |mesmo )?(?:ligo|telefono|ligarei"
    r"|retorno)|(?:mande|envie|escreva)[m]?(?: (?:me|um|uma|mensagem|email))"
    r"|nao (?:deixe|pare|deixem|parem) de|nao (?:e preciso|precisa|precisam|e necessario|ha necessidade)"
    r"|(?<!nao )(?<!nao me )(?<!nunca mais )(?:ligue|liguem) (?:antes|para (?:o|casa|a)|de volta|amanha|mais (?:tarde|cedo|logo|vezes)"
    r"|depois|na|no|as|so)"
    r"|e melhor (?:a|de|ligar|depois|amanha)|fica melhor",
)
