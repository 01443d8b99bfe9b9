"""Never to be called again, in English."""

from agent_worker.opting_out.grammar import Grammar

_NUMBER = r"(?:(?:home|cell|mobile|phone|telephone|house|contact|old|private|personal|damn|bloody) )*(?:number|phone|line)"

_GROUPS = {
    "f": r"(?: (?:just|please|kindly|ever|really|simply|also|even|all|already|now|immediately|again|you|to|dare|bother|bothering"
    r"|the hell|damn|fucking|bloody|for good|once and for all|once|once more|any ?more))*",
    "me": r"(?:me|us|here|(?:my|this) (?:house|home|family|place|phone|household|address|mobile|landline)|our (?:house|home|family"
    r"|place)"
    r"|(?:at |on )?(?:this|my|our"
    rf"|that) {_NUMBER})",
    "call": r"(?:call|phone|ring|dial|contact|bother|telephone|disturb|pester|harass|annoy|bug|trouble|hassle|reach out to"
    r"|get in touch with"
    r"|hound|spam|approach|solicit|robocall|try)",
    "calling": r"(?:calling|phoning|ringing|dialing|dialling|contacting|bothering|telephoning|harassing|pestering|hounding|spamming"
    r"|disturbing"
    r"|annoying|robocalling|bugging|badgering|troubling|hassling|stalking|soliciting|reaching out to|blowing up|getting in touch with"
    r"|trying to (?:call|reach|contact|phone|ring))",
    "called": r"(?:called|phoned|rung|dialed|dialled|contacted|bothered|telephoned|disturbed|harassed|pestered|annoyed|hassled"
    r"|solicited"
    r"|reached)",
    "calls": r"(?:(?:phone|sales|marketing|unwanted|annoying|spam|robo|unsolicited|nuisance|constant|cold|stupid|such|of|more|these"
    r"|your"
    r"|kind) )*"
    r"(?:calls|robocalls|phonecalls|ringing|calling|phoning|harassment|telemarketing|solicitations?)",
    "again": r"(?: (?:ever again|ever|again|back|any ?more|at all|any longer|any further|any other time|no more|one more time|once more"
    r"|another time|further|in (?:the )?future))",
    "end": r"(?=$|,| (?:please|thanks|thank|by (?:you|your \w+|them|anyone|anybody)|and|or|okay|ok|you|because|cos|cause|from|for|about"
    r"|with|regarding|again|ever|any ?more"
    r"|at all|any"
    r"|all|every|everyday|day|constantly|continually|repeatedly|immediately|already|altogether|so|this is|once|over|period|full stop"
    r"|like|unless|if|in|i|i'm|we|it|is that|do you|at|on|before|after|until|while"
    r"|when|today|tonight|tomorrow)(?![^ ,]))",
    "stop": r"(?:stop|quit|cease|stopped|desist from|cease and desist from|cease and desist|refrain from|abstain from|knock off|cut out"
    r"|give up"
    r"|discontinue|halt|end|leave off|lay off|put an end to|put a stop to|suspend|cancel)",
    "dont": r"(?:do not|don't|dont|never|not|no longer|must not|mustn't|may not|should not|shouldn't|better not|rather not)",
    "who": r"(?:you|you people|you guys|you all|you folks|y'all|your \w+|they|them|anyone|anybody|somebody|anyone else|people)",
    "nobody": r"(?:nobody|no one|none of you|no more of you)(?: else)?(?: (?:from|at|in|of|there|over|with|your|this|that|the|else"
    r"|company|firm"
    r"|office|team|business|organi[sz]ation|place|end|you))*",
    "mine": r"(?:me|us|myself|(?:my|our|this|that) (?:\w+ )?(?:name|number|contact|contacts|info|information|details|data|entry|record"
    r"|household"
    rf"|family|address)|(?:my|our|this) {_NUMBER})",
    "number": _NUMBER,
    "list": r"(?:lists?|databases?|systems?|records?|files?|books|directory|register|registry|rota|roster|rotation|crm|computers?"
    r"|contacts"
    r"|campaigns?|sheet|log|memory|phone ?book|queue|call ?list|mailing list|program|programme|spreadsheet)",
    "remove": r"(?:remove|removed|take|taken|delete|deleted|get|scratch|strike|struck|drop|erase|scrub|wipe|purge|clear|expunge|cross"
    r"|pull|scrap"
    r"|eliminate|cut|rub|blot|unlist|exclude|withdraw|omit|keep|leave|rid|lose|bin)",
    "lose": r"(?:delete|erase|lose|forget|drop|scrap|ditch|discard|destroy|shred|toss|trash|get rid of|throw away|throw out|burn"
    r"|wipe|purge"
    r"|blacklist|block|remove|deactivate)",
    "sure": r"(?:make sure|make certain|see to it|see that|ensure|guarantee|i(?:'d| would) (?:like|prefer|appreciate|rather|expect)"
    r"|i want|i demand"
    r"|i expect|i insist|i(?:'m| am) asking|promise)",
    "harm": r"(?:report(?:ing)? (?:you|this|it|your)|reported|sue|suing|sued|police|cops|lawyer|lawyers|attorney|legal action"
    r"|legally|court"
    r"|complaint|complain|complaining|block(?:ing)? (?:you|your|this)|fcc|ftc|ofcom|ico|authorities|regulator|harassment)",
}

_DEMANDS = (
    r"<stop><f> <calling>(?! it (?:a|an|the|my|our|your|something|names)(?![^ ,]))(?: <me>)?(?:<end>| (?:right )?now)",
    r"<stop><f> <calling> my (?:mother|father|mum|mom|dad|wife|husband|partner|son|daughter|parents|grand\w+)<again>*<end>",
    r"cease and desist(?=$|,)",
    r"<dont><f> use (?:this|my|our|that) <number><again>+(?=$|,)",
    r"<stop><f>(?: it)?(?: with)?(?: (?:these|those|all|your|the|any|this|that|all of|with))+(?: \w+)? <calls>",
    r"<stop> (?:all|any|further)(?: further| future| your)? (?:calls|contact|communication)",
    r"<dont><f> <call> <me><again>*<end>",
    r"<dont><f> <call><again>+<end>",
    r"(?:do not|don't|never)(?: you)?(?: ever)? bother (?:calling|phoning|ringing|contacting)(?: <me>)?<again>+",
    r"(?:(?:you|they)(?: people| guys| all| folks)?|you're|they're) (?:not (?:allowed|permitted|welcome|authori[sz]ed|supposed) to"
    r"|can't"
    r"|cannot|may not|must not|mustn't|are not to|aren't (?:allowed|permitted|welcome) to"
    r"|are not (?:allowed|permitted|welcome|authori[sz]ed) to|aren't to|are forbidden to|are forbidden from|shouldn't be|should not be"
    r"|have got to stop|have no business|have no right to|have no reason to)(?: ever| keep| just)* (?:<call>"
    r"|<calling>) <me><again>*<end>",
    r"<remove><f> <mine>(?: \w+){0,3}? (?:off|from|out of|out)(?: (?:of|all|any|every|each|both|whatever|this|that|your|the|these|those"
    r"|their"
    r"|damn|bloody|goddamn|stupid|whole|\w+ing|call|calls|phone|contact|do|\w+er|you|people))* <list>",
    r"(?:take|get|cross|scratch|keep|strike|leave|want) (?:me|us|my name|my number|this number) off(?: (?:of )?(?:it|this|that|there"
    r"|them|there))?"
    r"(?=$|,| (?:please|thanks|and|or|okay|now|right|already|immediately|for good))",
    r"<remove><f> <mine> (?:from|off|out of)(?: of)? (?:whatever|wherever|everything|anything)",
    rf"<lose> (?:my|this|our)(?: \w+)? ?(?:{_NUMBER}|number|details|data|contact|info|information|digits)(?! (?:on|and use|and put"
    r"|and add|and write))",
    r"<lose>(?: that| you)*(?: ever)? (?:you )?(?:ever )?(?:had|have|got|know|knew|heard of) (?:my|this|our) (?:\w+ )?number",
    r"forget (?:about me|i exist|that i exist|you (?:ever )?(?:knew|know) (?:me|this number|my number))(?=$|,)",
    r"do not call(?: me)? (?:list|lists|registry|register|database|file|roster)|don't call(?: me)? (?:list|registry|register)",
    r"(?:mark|flag|list|put|note|register|tag|code|set|add|enter|treat|record|log|label)(?: (?:me|us|this|my|our|it|the|number|phone"
    r"|line|name|household"
    r"|account|file|down|as|on|a|to|in|for|under))* (?:do not call|don't call|do not contact|don't contact|do not disturb|no call"
    r"|no calls"
    r"|not to be (?:called|contacted)|off limits|opted out)",
    r"tell (?:your|the rest of your|all your|everyone (?:at|in|over)) (?:\w+ ){1,2}?(?:not to|to never|never to|to stop|to quit)"
    r" (?:<call>|<calling>)(?: <me>)?<again>*<end>",
    r"blacklist (?:me|us|this number)|block (?:me|us) (?:on|from|in) your",
    r"(?:leave|let)<f> (?:me|us|my family|(?:this|my|our) <number>|this house)(?: the (?:hell|heck|fuck))? (?:alone|be|in peace"
    r"|out of (?:it|this|your \w+))(?=$|,| "
    r"(?:please|now|already|from|and|or|once|for good|forever|with|will|would|at|okay|thanks|thank|because|you|this|i))",
    r"(?:be|get) left (?:alone|in peace)|get off my (?:back|case|phone|line)|get out of my life|(?:go|find someone else to) (?:bother"
    r"|harass|annoy)"
    r"(?: someone| somebody)?(?: else)?",
    r"unsubscribe(?: (?:me|us|this|my))?(?! from (?:the|my) news)|opt (?:me|us) out|(?:to|me|us|please|i|i'm|am) opt(?:ing)? out",
    r"(?:please |just )*(?:do not|don't)(?: ever)? (?:contact|call)(?: please| thanks| thank you)*$",
)

_STATEMENTS = (
    # Of what is to be written down, or of the number itself: what must not be done with it.
    r"(?:i'm|i am|we're|we are|(?:this|my|our) <number> (?:is|are)|(?:this|that) (?:house|household|family|lady|gentleman|person|customer)"
    r" is|nobody here is|no one here is) (?:not|never)(?: ever)? to be <called><again>*<end>",
    r"(?:this|my|our) (?:name|<number>|contact|details|data)(?: \w+)? (?:should not|shouldn't|must not|mustn't|is not supposed to"
    r"|isn't supposed to|has no business|have no business|does not belong|doesn't belong)(?: (?:be|being|to|appear))* (?:in|on)"
    r" (?:your|any|this|that)(?: \w+)? <list>",
    r"(?:don't|do not|never|no longer) want (?:this|my|our|the)(?: \w+)? (?:phone|telephone|mobile|landline) (?:to ring|ringing)"
    r"(?: because of (?:you|your \w+))?(?: (?:again|any ?more|ever again))*(?=$|,| please)",
    r"(?:get|take|keep|want|have) (?:my|our|this) <number> out of (?:there|it|that|this|here)",
    # What others of the house want.
    r"(?:my \w+(?: and i)?|this (?:household|family|house|lady|gentleman)|nobody here|no one here) (?:doesn't|does not|don't|do not"
    r"|no longer|never)(?: ever)? (?:(?:wants?|wish|wishes)(?: (?:to|get|receive|be|have|any|more|further|of|these|those|your|such))*"
    r" (?:calls(?: from you| of yours)|<called>)|(?:take|takes|accept|accepts) (?:your|these|sales|marketing|such) calls)"
    r"<again>*<end>",
    # A right, and a question that has one answer.
    r"(?:object|objecting|opposed) to (?:being <called>|(?:these|your|any(?: more| further)?|all) <calls>|you(?:r \w+)? <calling>)",
    r"(?:what|how)(?: (?:do|can|must|should|would|have|has|i|we|one|to|need|got|will|it|take|takes|get|does|is|there))*"
    r" (?:make|get|have) (?:you|you people|you guys|your \w+|them) (?:to )?<stop> <calling>",
    r"how(?: (?:do|can|must|should|i|we|one|could))* (?:stop|end|get rid of)(?: (?:getting|receiving|having))?(?: (?:these|your|all|such"
    r"|those|any|more|of))+ <calls>",
    r"(?:sick|tired|fed up|enough|had it|done)(?: (?:and tired|of|with|to death|already|now|constantly|always))+ (?:being|getting)"
    r" <called><again>*<end>",
    r"(?:that's|that is|this is|it's|let it be|be) (?:the end of|it with|enough of) (?:the|these|your|all these)(?: \w+)? <calls>",
    r"(?:obliged|grateful|appreciate it|thankful|glad|happy|kind) (?:if|were) you(?: (?:would|could|people|all|to|just))*"
    r" (?:refrain(?:ed)? from|quit|ceased?|left off|desist(?:ed)? from) <calling>",
    r"(?:want|need|like|prefer|expect|demand)(?: to have)? (?:me|us|(?:my|our|this)(?: (?:phone|contact|personal|whole|entire|home"
    r"|mobile|cell))? (?:name|number|contacts?|info|information|details|data)) (?:to be )?(?:removed|deleted|wiped|erased|purged"
    r"|scrubbed|struck|crossed|taken)(?: (?:from|off|out|of|all|any|your|the|every|those|these|their|that|\w+ing|call))+ <list>",
    r"(?:rather|prefer|like)(?: to)? not(?: to)?(?: ever)?(?: (?:be|get|being|getting))+ <called>(?: <me>)?<again>*<end>",
    r"never(?: ever)? (?:want|wish|care|need)(?: to)? (?:get|receive|have|take|hear|answer)(?: (?:another|one|any|a|single|of|these"
    r"|those|your|such|more|damn|bloody|stupid))+ <calls>",
    r"(?:if|rather|prefer|grateful|happier|great|that|wish)(?: it)?(?: if| that)? <who> (?:did not|didn't|never|would not|wouldn't"
    r"|could not"
    r"|stopped|no longer|don't|do not|not)(?: ever)? (?:<call>|<called>|rang|<calling>)(?: <me>)?<again>*(?=$|,| please| thanks"
    r"| at all)",
    r"(?:(?:i've |i have |we've |we have )?(?:had )?(?:more than )?enough|sick|sick and tired|tired|fed up|had it|done|through|over it"
    r"|up to here)(?: (?:of|with|already|now|and|these|those|all|your|the"
    r"|you|people|guys|folks|enough|constantly|always))+ <calls>(?: <me>)?<end>",
    r"no<f> (?:more|further|additional|other|future)(?: of)?(?: (?:your|these|those|such|the))?(?: \w+)? ?(?:phone )?(?:calls|contact"
    r"|calling|ringing)(?=$|,| (?!lens|detail|info))",
    r"(?:not|don't want|never want|want no|never|no) (?:to (?:get|receive|have) )?(?:even )?(?:one more|a single|another|one"
    r"|a single more|one single)"
    r"(?: single| more)?(?: phone| sales)? calls?",
    r"(?:don't|do not|dont|no longer|never|not)(?: ever)? (?:want|wish|like|care|need|consent|agree|interested in|looking|prepared"
    r"|willing)"
    r"(?: (?:to|for))?(?: ever)?(?: (?:be|get|being|getting|keep getting))? <called>(?: <me>)?<again>*<end>",
    r"(?:don't|do not|dont|no longer|never|not)(?: ever)? (?:want|wish|like|care|need|consent|agree|interested in|accept|accepting"
    r"|taking|take)"
    r"(?: to)?(?: (?:get|getting|receive|receiving|have|having|take|accept|hear|any|anymore|more|further|other|your|these|those"
    r"|such|all"
    r"|of))*"
    r" (?:\w+ )?(?:calls|phone calls|robocalls)(?! (?:right )?now)",
    r"(?:don't|do not|dont|no longer|never)(?: ever)? (?:want|wish|like|expect|allow|permit|authori[sz]e|consent to) <who>"
    r"(?: (?:people|ever|there|at|from|your|the|company|to|in|firm|folks|guys|all|else))* (?:<call>|<calling>)(?: <me>)?<again>*<end>",
    r"(?:don't|do not|dont|no longer|never)(?: ever)?(?: (?:want|wish|care|need|like|let me|expect|wanna))(?: to)?(?: ever)? "
    r"(?:hear from|hear)"
    r" (?:you|them|your (?:voice|company|people|lot)|anyone|anybody|any of you)(?: (?:people|guys|folks|lot|all|there|from|company|your"
    r"|at))*"
    r"(?:<again>+|$|,)",
    r"(?:don't|do not|never)(?: ever)? (?:let me )?hear from (?:you|them)(?: (?:people|guys|folks|lot))?<again>+",
    r"(?:don't|do not|never)(?: ever)? (?:want|wish|wanna|care)(?: to)?(?: ever)? (?:talk|speak) (?:to|with) (?:you|them|your \w+"
    r"|any of you)"
    r"(?: (?:people|guys|folks|lot))?<again>+",
    r"(?:want|like|need|wish)(?: to be| to get| myself| out)? (?:off|out of|taken off|removed from)(?: (?:of|this|that|your|the|these"
    r"|any|all|\w+ing|call))* <list>",
    r"(?:don't|do not|dont|never|no longer)(?: ever)? (?:want|wish|like|agreed?|asked?|consent)(?: to)? (?:be|stay|remain|appear) on"
    r" (?:(?:any|your|a)(?: of your)?(?: \w+)?|(?:the|this|that) (?:call|calling|phone|marketing|sales)) (?:lists?|databases?|books"
    r"|records?|files?)",
    r"(?:nobody|no one|none of us)(?: \w+){0,4}? (?:wants|needs|likes|asked for|agreed to|consented to)"
    r"(?: (?:your|these|those|any|such|to be|to get|of|more))* (?:<calls>|<called>)(?:<end>| by (?:you|your))",
    r"no (?:reason|excuse|business)(?: for (?:you|anyone))? (?:to|for)(?: ever)? (?:<call>|<calling>) <me><again>+",
    r"(?:want|need|like)(?: (?:all|all of))? (?:these|those|the|your) (?:\w+ )?<calls> (?:to )?(?:stop|stopped|end|ended)<end>",
    r"(?:make|have)(?: all)? (?:these|those|your) (?:\w+ )?<calls> (?:stop|end|cease)<end>",
    r"keep <calling>.{0,30}(?<![^ ,])want (?:it|this|that) to stop",
    r"(?:want|need|like)(?: to have)? <mine> (?:gone|out|off|away)(?: (?:from|of|off|out))*(?: (?:your|the|this|that|any|all|\w+ing"
    r"|call))*"
    r" <list>",
    r"(?:(?:told|asked|begged|warned) (?:you|your \w+|you people|you guys)(?: (?:already|before|once|twice|\w+ times))* not to <call>"
    r"|asked(?: (?:already|before|repeatedly))* not to be <called>)(?: <me>)?<again>*<end>",
    r"(?:don't|do not|never|no longer) (?:want|wish|need)(?: (?:to|have|any|further|more|your|other))* (?:contact|communication)"
    r"(?: (?:from|with) (?:you|your \w+|them))?(?=$|,| (?:please|thanks|again|ever))",
    r"(?:won't|will not|refuse to|not going to|never going to)(?: be)? (?:accept|accepting|take|taking|answer|answering|tolerate)"
    r"(?: (?:any|more|further|other|your|these|those|such|of))+ (?:\w+ )?calls<end>",
    r"(?:be|get|want|have|having)(?: (?:me|us|my name|my number|this number))? (?:removed|taken|deleted|struck|crossed|erased|scrubbed"
    r"|wiped)"
    r"(?: off| out)?(?: (?:from|off|out|of|any|all|this|that|your|the|these|whatever|\w+ing|call))* <list>",
    r"(?:this|my|our) (?:\w+ )?(?:number|phone|line|house) is off limits",
    r"(?:revoke|revoking|revoked|withdraw|withdrawing|withdrew|withdrawn|rescind|rescinding|cancel|cancell?ing|take back|taking back"
    r"|retract|deny|refuse)"
    r"(?: (?:my|any|all|the|prior|previous|earlier|every|whatever|written|that|and|all of))+ (?:consent|permission|authori[sz]ation"
    r"|agreement|approval)"
    r"(?! to (?:record|this being|being record|the record))",
    r"(?:you |they |you people )?(?:don't|do not|never|no longer|didn't|not|without|haven't|no)(?: (?:ever|have|had|got|give|gave|given"
    r"|giving|you|anyone|them|people|any|the|to"
    r"|your|company|my|get|there was|is))* (?:permission|consent|authori[sz]ation|authority|right|approval)(?: (?:to|for|you|anyone"
    r"|them"
    r"|anybody|be|being"
    r"|your|people|company|these|those))+ (?:<call>|<calling>|<called>|calls)",
    r"(?:don't|do not|never|didn't) (?:consent|agree|agreed) to (?:you |these |being |be |receiving |getting |any |your |such )*"
    r"(?:<calling>|<called>|calls)",
    r"(?:forbid|forbidding|prohibit|prohibiting|ban|banning)(?: (?:you|anyone|your|people|all|company|to|from|ever|any))* (?:<call>"
    r"|<calling>|calls?)",
    r"<sure>(?: (?:that|it|if|for|to|him|them))* <nobody>(?: (?:ever|should|would|will|tries|bothers))*(?: to)?"
    r" (?:<call>s?|<calling>|<called>|rings|rang|calls|contacts|phones)(?: <me>)?<again>*(?=$|,| (?!at|on|in|before|after|while))",
    r"(?:you )?mind not <calling>(?: <me>)?<again>*<end>",
    r"<nobody> (?:should|is to|is going to|must|may|better|had better|is allowed to|ought to|needs to"
    r"|shall)(?: ever)? <call> <me><again>*",
    r"<sure>(?: (?:that|it|if|for|i|i'm|we|we're|you|my|this|our|number|is|am|are|gets?|your|people|company|never|will|does|it's|house"
    r"|name))*"
    r" (?:not|don't|never|no longer|doesn't|isn't|aren't|won't|can't)(?: (?:be|get|gets|ever|getting|being|receive|receiving|any|more"
    r"|further|to))*"
    r" (?:<called>|<call>|<calling>|calls?)(?: <me>)?<again>*(?:<end>| by (?:you|your|any))",
    r"<sure>(?: (?:that|it|if|for|you|your|people|company|they|all|of))* <stop>(?: (?:these|all|the|your))* (?:<calling>|<calls>)",
    r"(?:these|the|your|those|all) (?:\w+ )?calls (?:to |must |should |need to |have to |has to |had better |better |ought to |will "
    r"|got to |have got to |gotta )+"
    r"(?:stop|end|cease)(?! (?:at|on|by|in|\w+ing))",
    r"(?:let|make|hope|trust|want|better|must|should|need|needs to|has to|will|had better|gonna|going to)(?: (?:this|that|it|to"
    r"|well))* be"
    r" (?:the|your|my) (?:very )?last(?: phone)? (?:time|call)(?=$|,| (?!i (?:buy|order|use|pay)))",
    r"(?:is|was)(?: (?:absolutely|definitely))? (?:the|your) (?:very )?last(?: phone)? (?:time|call)(?: that)? (?:you|you people"
    r"|you guys|anyone"
    r"|i (?:ever )?(?:want|get|take|accept)|i'm (?:telling|asking|saying)|i (?:tell|ask))(?: (?:ever|will|to|from|hear|are going to"
    r"|get to))*"
    r" (?:<call>|<calling>|from you|bother)(?: <me>)?<again>*(?=$|,| (?:please|thanks|thank|okay|or|and))",
    r"(?:if|next time|should|the next time) (?:you|you people|you guys|anyone|i get|i receive|i hear|there's|they|your \w+)(?: (?:ever"
    r"|don't|keep|do not|one|another"
    r"|from|you|even|so much as|any|more|single|a|dare|continue|to|won't))* (?:<call>|calls?|<calling>|stop|again|call)"
    r"(?: <me>)?.{0,60}(?<![^ ,])<harm>",
    r"<harm>.{0,20}(?<![^ ,])if (?:you|you people|you guys|anyone|i get|i receive)(?: (?:ever|don't|keep|another|one|more))* (?:<call>"
    r"|call|<calling>|stop|again)",
    r"(?:<call>)(?: <me>)?<again>+ (?:and|or).{0,25}(?<![^ ,])<harm>",
    r"(?:one more|another|any more)(?: phone| sales)? calls? .{0,30}(?<![^ ,])<harm>",
    r"keep <calling>.{0,20}(?<![^ ,])stop(?: it| that| this)?(?=$|,| (?!by))",
    r"no (?:calling|phoning|ringing|contacting) <me>|(?<![^,])no calls(?: please| thanks| ever| thank you)*$",
)

_DAYS = r"(?:mon|tues|wednes|thurs|fri|satur|sun)days?"
_HOURS = r"(?:\d[\d:.]*|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|half|quarter)"

ENGLISH = Grammar(
    groups=_GROUPS,
    demands=_DEMANDS,
    statements=_STATEMENTS,
    always=r"at all|at any time|any time|at this (?:number|phone|address|line)|on this (?:number|phone|line)|from (?:now|today"
    r"|this day) on(?:wards?)?"
    r"|as of (?:now|today)|in (?:the )?future|starting (?:now|today)|effective immediately|(?:day|morning) (?:and|or|noon and) night"
    r"|every (?:day|week|night|hour"
    r"|morning|evening|single day|time)|day after day|when(?:ever)? (?:i|we) (?:say|said|told|asked|tell) .*|if (?:you|i|it|that"
    r"|at all possible|possible)"
    r"(?: (?:don't|do not))? ?(?:mind|can|please|possible|may|could|would)?(?=$|,)|if (?:you )?(?:please|possible)|at once|for (?:ever"
    r"|good|now and ever)"
    r"|at home or anywhere|like i(?:'ve)? (?:said|asked|told you)",
    limits=r"before|after(?! (?:all|i|we|this call))|until|till?|between|during|while|when|whenever|unless|except(?: for)?|besides|if"
    r"|only|as long as|once (?:i|we|the|my)"
    r"|for (?:a|an|the (?:moment|next|time|rest)|now|today|this|two|three|\d+)|tonight|today|tomorrow|this (?:week|weekend|morning"
    r"|evening|afternoon|month"
    rf"|time|early|late|hour|soon|often)|{_DAYS}|weekends?|weekdays?|holidays|christmas|at (?:night|noon|midnight|lunch\w*|dinner\w*"
    r"|work|home|church|school"
    rf"|breakfast|the (?:office|moment|weekend|shop|hospital)|my (?:office|work|job|desk)|\w*times?|weekends|{_HOURS}|this (?:hour|time"
    r"|moment)|such)"
    r"|in the (?:morning|mornings|evening|evenings|afternoon|middle|night|office|car)|in (?:an? (?:hour|meeting|while)|class|bed|\d+|a "
    r"(?:few|couple)|january|february"
    r"|march|april|may|june|july|august|september|october|november|december|summer|winter)|on (?:my|the|this|a) (?:cell|mobile|landline"
    r"|work|home|office|other|road"
    r"|weekend|way)\w*|(?:so|too|that|this|as) (?:early|late|often|much|many|fast|loud|loudly|frequently|soon)|more than|less|nights"
    r"|mornings|evenings|afternoons"
    r"|early|late|later|yet|just yet|o'clock|twice|as (?:a|an)|names|by (?:my|that|his|her|the)|about (?:that|it|this)$|either$|first$"
    r"|instead|other than",
    late_limits=r"at present|just now|(?:he|she|they)|yesterday|last (?:week|month|year)",
    breaks=r"because|cause|cos|otherwise|i|i'm|i've|i'd|i'll|we|we're|we've|it's|this is|that's|you're|you people|is that|do you"
    r"|or (?:i"
    r"|else)|but|and (?:i|i'm|we|that's|this|please|stop|don't|do|take|remove)",
    subjects=r"i|i'm|i've|i'd|we|we're|we've|it's|this is|that's|you|you're|you've|is|am|told|said|asked",
    turned=r"(?:can't|cannot|couldn't|don't|do not|didn't|did not|won't|wouldn't|never|not|when|why|i|i'll|i'd|i will|we|we'll|they"
    r"|they'll|he|he'll|she|it|(?<!you )people|who"
    r"|nobody|everybody|everyone|did|didn't you|did you|did they|do you|do they|(?<!why )don't you|does he|does she|if you|if they"
    r"|until you|until they|when you|when they"
    r"|what's (?:a|the|this)|what is (?:a|the|this)|why (?:do|did|have) (?:you|they)(?: people| guys| all| folks| lot)?"
    r"|(?<!would )(?<!could )(?<!can )(?<!will )(?<!want )(?<!told )(?<!asked )(?<!asking )(?<!telling )(?<!tell )"
    r"(?<!need )(?<!that )(?<!wish )(?<!do )(?<!don't )(?<!like )you"
    r"|(?:(?:told|asked|tell|ask|wants?|wanted|promised|order(?:ed)?|make|made) "
    r"(?:him|her|them|my \w+(?: \w+)?|the (?!other|last|first|previous|lady|man|guy|woman|girl|young|gentleman|person)\w+(?: \w+)?"
    r"|everyone)"
    r"(?: never| not)?(?: to| that i)?)|(?:he|she|they|who|\w+ (?:wife|husband|son|daughter|mother|doctor|boss)"
    r"|it|that) (?:told|asked|tells|asks|wants?"
    r"|wanted) (?:me|us|them|him|her)(?: to)?|i (?:get|got|have|had|receive|received|getting)|there (?:are|were|will be)|had|are|were"
    r"|received|getting|has been|my \w+|he's|she's"
    r"|i(?:'d| would)? (?:can|could|can't|shall|should|will|would|had to|have to|want to|might|may|must|need to))(?: (?:have|had|just"
    r"|ever|really|please|even|will|would|should|could"
    r"|actually|always|suddenly|probably))*",
    told_of=r"(?:they|he|she|(?<!can )(?<!could )(?<!would )(?<!will )you|people|who|do you|did you|if you|when you|don't you"
    r"|my \w+|the \w+|i get|i got|i have|i had|there are"
    r"|there were|we had|we have|get|had|when|was|when was|why|where|how)(?: (?:just|really|ever|actually|probably|said|says|would))*",
    others=r"(?:but|though) (?:you're|you are|with you|you) (?:fine|okay|welcome|different|it's|can|may)|you're (?:fine|welcome to)"
    r"|(?:i'll|i will|we'll|we will|let me|i can|i'd rather) (?:call|phone|ring|contact) (?:you|back|them|myself|in|when)|(?:i'll"
    r"|i will|we'll) (?:call|phone|ring)(?=$|,)"
    r"|(?:don't|do not|doesn't) (?:need|have) to|no need (?:to|for)|needn't"
    r"|(?<!don't )(?<!not )(?<!never )(?<!dare )(?<!ever )(?<!you )call me (?:on|back|tomorrow|later|in|at|when|around|next|after"
    r"|monday"
    r"|tuesday|wednesday|thursday|friday)"
    r"|call (?:my|the|him|her|them) \w+(?: instead)?$|(?:text|email|e mail|write to|write|message) (?:me|us)(?! again)"
    r"|(?<!don't )(?<!not )(?<!never )(?<!ever )(?:use|try) (?:my"
    r"|the|this) (?:\w+ )?(?:cell|mobile|email|landline|phone|number)"
    r"|\w+ (?:is|are|would be|works) (?:better|fine|best|good)|(?:please )?(?:don't|do not|never) stop(?! (?:until|harass))|instead",
)
