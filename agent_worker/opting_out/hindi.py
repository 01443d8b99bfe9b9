"""Never to be called again, in Hindi, in its own script and as it is written with Latin letters.

Devanagari has lost its viramas and nuktas: that is done to the patterns as they are compiled.
"""

from agent_worker.opting_out.grammar import Grammar

_W = r"[^\s,]+"

_TIME_OR_PLACE = (
    r"(?:बजे|पहले|तक|अभी|रात|शाम|सुबह|दोपहर|आज|कल|परसों|ऑफिस|दफ्तर|मोबाइल|लैंडलाइन|[^\s,]*वार|बाद|घर|काम|समय|वक्त|जब|अगर|मीटिंग|गाड़ी"
    r"|छुट्टी|हफ्ते"
    r"|इतन[^\s,]*|देर|जल्दी|सिर्फ|केवल|baje|pehle|pahle|tak|abhi|raat|shaam|sham|subah|dopahar|aaj|kal|office|daftar|mobile|landline"
    r"|\w+day|\w+vaar"
    r"|weekend|baad|ghar|kaam|while|driving|samay|waqt|jab|agar|meeting|gaadi|gadi|hafte|itn\w*|der|jaldi|sirf|pati|patni|bete|beti)"
)

_GROUPS = {
    "w": _W,
    "plain": rf"(?!{_TIME_OR_PLACE}(?![^\s,])){_W}",
    "call": r"(?:कॉल|काल|कॉल्स|फोन|संपर्क|सम्पर्क|रिंग|call|calls|kol|phone|fone|fon|contact|sampark|cal|ring)",
    "not": r"(?:मत|न|ना|mat|na|naa|maat|mut)",
    "nahi": r"(?:नहीं|नही|nahi|nahin|nai|nahee|nhi)",
    "do": r"(?:कर[^\s,]*|कीज[^\s,]*|किया|कीजिए|लगा[^\s,]*|आए|आये|आना|आनी|मिला[^\s,]*|घुमा[^\s,]*|kar\w*|kij\w*|kee\w*|kiy\w*|lag\w*"
    r"|aaye?|aana|aani|mila\w*)",
    "again": r"(?:दोबारा|दुबारा|फिर|फिर से|फिर कभी|कभी|आगे|आगे से|आइंदा|आइन्दा|अब|अब से|dobara|dubara|phir|phir se|fir|fir se|phir kabhi"
    r"|kabhi|aage|aage se|aainda|ainda|ab|ab se)",
    "stop": r"(?:बंद|बन्द|band|bandh|bund)",
    "mine": r"(?:(?:मेरा|हमारा|मेरे|हमारे|यह|ये|इस|मेरी|mera|hamara|humara|mere|yeh|ye|is|meri) (?:(?:फोन|मोबाइल|phone|mobile) )?(?:नंबर"
    r"|नम्बर|नाम|जानकारी|डेटा|विवरण|number|nambar|naam|no|jaankari|data|details))",
    "list": r"(?:लिस्ट|सूची|रिकॉर्ड|रिकार्ड|सिस्टम|डेटाबेस|डाटाबेस|रजिस्टर|फाइल|कंप्यूटर|list|suchi|record|records|system|database"
    r"|register|file|computer)",
    "remove": r"(?:हटा[^\s,]*|निकाल[^\s,]*|काट[^\s,]*|मिटा[^\s,]*|डिलीट|डिलिट|भूल[^\s,]*|भुला[^\s,]*|ब्लॉक|फेंक[^\s,]*|remove|रिमूव"
    r"|hata\w*|nikal\w*|nikaal\w*|kaat\w*|kat do|mita\w*|delete|bhool\w*|bhul\w*|block|fenk\w*|phenk\w*)",
    "me": r"(?:मुझे|हमें|हमको|मुझको|यहाँ|यहां|मेरे|mujhe|muje|mujhko|hume|humein|hamein|hamko|yahan|yaha|mere)",
    "harm": r"(?:शिकायत|पुलिस|वकील|केस|कानूनी|रिपोर्ट|मुकदमा|कोर्ट|कंप्लेंट|ब्लॉक|shikayat|police|vakil|vakeel|case|kanooni|kanuni"
    r"|report|mukadma|court|complaint|block)",
    "bother": r"(?:परेशान|तंग|डिस्टर्ब|परेशानी|pareshan|tang|disturb|pareshaan)",
}

_DEMANDS = (
    r"<call>(?: (?:करके|कर|करने|के|की|का|मुझे|हमें|बार|<again>|karke|kar|karne|ki|ka|mujhe|baar|please|प्लीज|भी|bhi|yahan"
    r"|यहाँ))* <not> <do>",
    r"<call>(?: <w>)? <not> <do>",
    r"<not> <do> (?:<me> )?<call>",
    r"<call>(?: (?:करना|करने|करनी|आना|आने|का|karna|karne|karni|aana|aane|ka|वगैरह))* <stop>(?: (?:ही|hi))? (?:कर(?! (?:दिया|दी"
    r"|लिया)(?![^\s,]))[^\s,]*|कीज[^\s,]*|हो(?:नी|ना|ने)?|kar\w*|kij\w*|kee\w*|ho\w*)(?! (?:दिया|दी|लिया|गया|diya|di|liya"
    r"|gaya)(?![^\s,]))",
    r"<stop> (?:कर[^\s,]*|कीज[^\s,]*|kar\w*|kij\w*)(?: (?:दो|दीजिए|दीजिये|do|dijiye|den))? (?:ये |यह |ye |yeh |मुझे |mujhe )?<call>(?: "
    r"(?:करना|karna|आना))?",
    r"<call>(?: (?:कर के|करके|कर कर के|कर करके|karke|kar ke|kar kar ke|से|se|कर|kar|करने|karne))* (?:<me> )?(?:मेरे परिवार को )?<bother>"
    r"(?: (?:करना|karna|होना))? (?:<not>|<stop>|छोड़|chhod|chod)",
    r"<me> (?:(?:अब|और|फिर|ab|aur|phir|इस तरह|बार|bar|baar) )*<bother> <not> <do>",
    r"<me>(?: (?:(?:फोन|कॉल|phone|call) (?:करके|पर|karke|par)|अब|ab|और))* <bother>(?: (?:करना|karna))? (?:<stop> (?:कर[^\s,]*|kar\w*)"
    r"|छोड़[^\s,]*|chhod\w*|chod\w*)",
    r"<call>(?: (?:करना|करने की|karna))? (?:छोड़[^\s,]*|chhod\w*|chod\w*) (?:दो|दीजिए|दें|दे|do|dijiye|de)",
    r"<mine>(?: <w>){0,3}? (?:<list>|यहाँ|यहां|वहाँ|वहां|जगह|पास|yahan|wahan|jagah|paas)(?: (?:में|mein))? (?:से"
    r"|se)(?: <w>){0,2}? <remove>",
    r"<mine>(?: (?!(?:से|se)(?![^\s,]))<w>){0,4}? <remove>(?! (?:गया|गयी|गई|gaya|gayi|चुका|chuka|हूँ|hoon))",
    r"<list> (?:से|se|में से|mein se)(?: <w>){0,2}? (?:मेरा|हमारा|मुझे|हमें|mera|hamara|humara|mujhe|hume)(?: <w>){0,3}? <remove>",
    r"(?:मुझे|हमें|mujhe|muje|hume|humein)(?: <w>){0,3} <list> (?:से|se|में से)(?: (?:बाहर|bahar))? <remove>",
    r"<mine>(?: <w>){0,3} (?:डीएनडी|dnd|डी एन डी|do not call|डू नॉट कॉल)|(?:डीएनडी|dnd|do not call|डू नॉट कॉल)(?: <w>){0,3} (?:डाल|लगा"
    r"|कर|जोड़|daal|dal|laga|kar|jod|add)[^\s,]*",
    r"(?:<me>|मेरा|हमारा|mera|hamara)(?: (?:अकेला|अकेले|चैन से|शांति से|अपने हाल पर|पीछा|पिंड|जान|akela|akele|chain se|shanti se|peecha"
    r"|picha|pichha|pind|peechha|शान्ति से))+(?: (?:रहने|जीने|rehne|jeene))? ?(?:छोड़|छोड|दो|दीजिए|दें|chhod|chod|do|dijiye)[^\s,]*",
    r"(?:दोबारा|दुबारा|फिर से|फिर कभी|आगे से|आइंदा|कभी भी|dobara|dubara|phir se|phir kabhi|aage se|aainda|kabhi bhi)"
    r"(?: <w>){0,4}? <call> (?:<nahi>|<not>)(?! (?:किया|की|आया|आई|kiya|ki|aaya|aayi)(?![^\s,]))(?: (?:<do>|हो|होना|चाहिए|होनी|ho|hona"
    r"|chahi\w*))?(?=$|,| (?:चाहिए|करना|करे|करें|आना|चाहि"
    r"|chahi|karna|aana))",
)

_STATEMENTS = (
    # The phone and the number themselves: what must not happen to them.
    r"(?:<me>|यहाँ|यहां|घर में|घर पर|इस (?:नंबर|नम्बर|घर)(?: (?:पर|में))?|मेरे (?:नंबर|फोन|घर)(?: (?:पर|में))?|yahan|is number par"
    r"|ghar mein)(?: <plain>){0,3}? "
    r"(?:<call>|घंटी|ghanti)(?: (?:भी|की|bhi|अब|ab|कभी|फिर))* (?:<nahi>|<not>) (?:बजन[^\s,]*|आन[^\s,]*|करन[^\s,]*|होन[^\s,]*|बजे|aan\w*"
    r"|karn\w*|hon\w*|bajn\w*)"
    r"(?: (?:चाहि[^\s,]*|है|chahi\w*|hai))?",
    r"<call> (?:<nahi>|<not>) (?:करना|किया जाए|किया जाना|karna|kiya jaye)(?: (?:है|चाहिए|करें|hai|chahiye))(?=$|,)",
    # Of what is to be written down, and of what others are to be told.
    r"(?:नोट|लिख[^\s,]*|दर्ज|note|likh\w*|darj)(?: <plain>){0,3}? (?:कि|की|ki)(?: <plain>){0,5}? <call> (?:<nahi>|<not>"
    r"|नहीं चाहत[^\s,]*)(?: <plain>){0,2}(?=$|,)",
    r"(?:कह|बता|बोल|kah|keh|bata|bol)[^\s,]*(?: (?:दो|दीजिए|दें|देना|do|dijiye|den))? (?:कि|ki)(?: <plain>){0,4}? <call> <not> <do>",
    r"(?:ध्यान|ख्याल|ख़्याल|पक्का|सुनिश्चित|dhyan|khyal|pakka)(?: <plain>){0,3}? (?:कि|ki)(?: <plain>){0,4}? <call> (?:<not>"
    r"|<nahi>) (?:आ[^\s,]*|<do>|aa\w*)",
    # What others of the house want.
    r"(?:(?:मेरी|मेरे|हमारी|हमारे|meri|mere) <plain>|घर में कोई|यहाँ कोई|यहां कोई|ghar mein koi)(?: (?:भी|अब|ab|bhi))*(?: (?:आपका|आपके|आपकी"
    r"|ये|aapka|aapke|aapki))+ <call>(?: <plain>)? "
    r"<nahi>(?: (?:लेना|lena))? (?:चाहत[^\s,]*|chaht\w*)",
    r"(?:कोई|koi)(?: (?:भी|bhi|आपका|आपके|यहाँ|इस घर में|aapka))* <call>(?: (?:लेना|उठाना|lena|uthana))? <nahi> (?:चाहत[^\s,]*|chaht\w*)",
    # A question that has one answer, and enough of it.
    r"(?:क्या करूँ|क्या करूं|क्या करना (?:होगा|पड़ेगा)|कैसे|kya karun|kaise)(?: <plain>){0,3}? <call>(?: (?:आने|आना|करना|aana|aane"
    r"|karna))? <stop> (?:हो|कर|ho|kar)[^\s,]*",
    r"<call>(?: <plain>){0,2}? (?:से|se)(?: <plain>){0,2}? (?:तंग आ|परेशान हो|परेशान हूँ|थक|tang aa|pareshan ho"
    r"|thak)[^\s,]*(?: <plain>){0,2}",
    r"(?:अगर|यदि|agar|yadi|अगली बार|agli baar|दोबारा|दुबारा|फिर से|फिर|dobara|phir se"
    r"|phir)(?: <plain>){0,3}? <call>(?: <plain>){0,3}?,?.{0,12}(?<![^ ,])(?:<harm>|थाने|thane)",
    r"(?:मुझे|हमें|mujhe|hamein)(?: <plain>){0,5}? (?:सूची|लिस्ट|list|suchi) (?:से|se) (?:बाहर|bahar) (?:कर|kar)[^\s,]*",
    r"<call>(?: (?:करना|करने|घुमाना|लगाना|मिलाना|karna|ghumana|lagana|milana|वगैरह))* <stop> (?:कर|kar|कीज|kij)[^\s,]*(?! (?:दिया|दी"
    r"|लिया)(?![^\s,]))",
    r"<call> <nahi> (?:चाहि[^\s,]*|चाहता|चाहती|चाहते|chahi\w*|chahta|chahti|आना|आनी|aana|aani|होना|होनी|मांगता|mangta|लेना|लेनी)",
    r"<nahi> (?:चाहि[^\s,]*|chahi\w*)(?: (?:मुझे|आपकी|आपका|आपके|कोई|mujhe|aapki|aapka|koi|ये|ye))* <call>",
    r"<nahi> (?:चाहत[^\s,]*|chaht\w*)(?: (?:कि|की|ki))? .{0,30}(?<![^ ,])<call>(?: <w>){0,2}",
    r"(?:और|अब|aur|ab|अब और|ab aur|एक भी|ek bhi|कोई|koi|कोई भी|koi bhi)(?: (?:भी|और|bhi|aur|आपका|आपकी|aapka|aapki))* <call>(?: (?:और"
    r"|aur))? <nahi>(?=$|,"
    r"| (?:चाहि|आन|हो|chahi|aana|aani|ho))",
    r"<nahi> (?:मिलन[^\s,]*|आन[^\s,]*|होन[^\s,]*) (?:चाहि[^\s,]*) <call>|<call> <nahi> (?:आन[^\s,]*|मिलन[^\s,]*|होन[^\s,]*|aan\w*|milna"
    r"|hona) (?:चाहि[^\s,]*|chahi\w*)",
    r"<call>(?: (?:की|ki|करने की|karne ki|करने का|karne ka|करने को|के लिए|ke liye|लेने की))* (?:जरूरत|ज़रूरत|इजाजत|इजाज़त|अनुमति|हक"
    r"|अधिकार|सहमति|permission|ijazat|ijaajat|anumati|haq|adhikar|sahmati|परमिशन|मंजूरी)(?: (?:भी|bhi|मैंने|कभी|maine|kabhi))* (?:<nahi>"
    r"|वापस|रद्द|wapas|vapas|radd)",
    r"(?:अपनी|मेरी|दी हुई|सारी|apni|meri|saari)(?: <w>)? (?:सहमति|अनुमति|इजाजत|इजाज़त|permission|sahmati|anumati|ijazat|consent)"
    r"(?: <w>){0,2} (?:वापस|रद्द|wapas|vapas|radd|cancel|कैंसल)",
    r"(?:बहुत हो गया|बस हो गया|तंग आ|परेशान हो|bahut ho gaya|bas ho gaya|tang aa|pareshan ho)(?: <w>){0,5}? <call>(?: <w>){0,4}",
    r"<call>(?: <w>){0,4}? (?:से|se)(?: <w>){0,2}? (?:तंग आ|परेशान हो|परेशान हूँ|थक ग|tang aa|pareshan ho|thak ga)[^\s,]*",
    r"(?:आखिरी|अंतिम|आख़िरी|aakhri|aakhiri|akhri|antim|last) (?:बार|कॉल|फोन|baar|bar|call|phone)(?: (?:है|हो|होना|होनी|चाहिए|जो|कि|जब"
    r"|आपने|आप|तुमने|मुझे|hai|ho|hona|chahiye|jo|ki|jab|aapne|aap|tumne|mujhe))*(?: <call>)?(?: (?:किया|कर|kiya|kar))?(?=$|,| (?:रहे|रहा"
    r"|rahe|है|hai))",
    r"(?:अगर|यदि|agar|yadi|जो|jo)?(?: <w>){0,2} ?(?:दोबारा|दुबारा|फिर|फिर से|और|dobara|dubara|phir|phir se|fir|fir se|ek bhi|एक भी|एक और"
    r"|ek aur)(?: <w>){0,2} <call>.{0,40}(?<![^ ,])<harm>",
    r"(?:अगर|यदि|agar|yadi) (?:<w> ){0,3}?<call>.{0,12}(?<![^ ,])(?:किया|आया|आई|kiya|aaya|aayi|बंद नहीं|band nahi).{0,40}(?<![^ ,])<harm>",
    r"<call>(?: (?:नहीं|न|ना|nahi|na|नही))? (?:आना|आनी|आए|आये|आने|aana|aani|aaye|aane|होना|होनी)(?: <nahi>| (?:नहीं|nahi) चाहिए| <stop>)",
    r"<call> <not> (?:आए|आये|आना|हो|aaye|aaya kare|aana|ho|आया करे)|(?:कोई|koi)(?: <w>){0,3}? <call> <not> (?:<do>)",
    r"(?:कोई|koi)(?: (?:भी|bhi|आपके|aapke|यहाँ|से|se|yahan|आपकी|कंपनी))* (?:<me> )?<call> <not> <do>",
    r"(?:कंपनी|company|तरफ|taraf)(?: <w>){0,4}? <call> <nahi> (?:आन|aan)[^\s,]*",
)

HINDI = Grammar(
    groups=_GROUPS,
    demands=_DEMANDS,
    statements=_STATEMENTS,
    always=r"आज के बाद|aaj ke baad|आज से|aaj se|अब से|ab se|अभी से|abhi se|आगे से|दिन रात|din raat|कभी भी|kabhi bhi|रोज रोज|roz roz"
    r"|किसी भी समय|kisi bhi samay|किसी भी वक्त|अभी के अभी|abhi ke abhi|हर रोज|सुबह शाम|subah shaam|इसके बाद|इस के बाद|iske baad",
    limits=r"बजे|पहले|तक|अभी|रात|शाम|सुबह|दोपहर|आज|कल|परसों|ऑफिस|दफ्तर|मोबाइल पर|लैंडलाइन|[^\s,]*वार को|बाद में|बाद ही|के बाद|(?:घर"
    r"|काम) पर|समय|वक्त|जब|तब|जब तक|अगर|मीटिंग|गाड़ी|दौरान|छुट्टी|हफ्ते|इतनी|इतना|देर|जल्दी|सिर्फ|केवल|थोड़ी|baje|pehle|pahle|tak|abhi"
    r"|raat|shaam|sham|subah|dopahar"
    r"|aaj|kal|parso|office|daftar|mobile par|landline|sunday|monday|tuesday|wednesday|thursday|friday|saturday|weekend|baad (?:mein|me"
    r"|hi)|(?:ghar|kaam) (?:par|pe)|\w+vaar ko|\w+war ko|while|driving|samay|waqt|jab|tab|agar|meeting|gaadi|gadi|dauran|chhutti|hafte"
    r"|itni|itna|der|jaldi|sirf|thodi"
    r"|(?:पति|पत्नी|बेटे|बेटी|माँ|पिता|भाई|पापा|मम्मी|उसे|उन्हें|उनको|उसको|pati|patni|bete|beti|maa|papa|bhai|use|unhe|unko|usko)(?: "
    r"(?:को|ko))?",
    late_limits=r"भूल[^\s,]*|bhool\w*|bhul\w*|सकता|सकती|sakta|sakti|था|थी|tha|thi",
    breaks=r"क्योंकि|kyunki|kyonki|मैं|main|लेकिन|lekin|वरना|नहीं तो|varna|warna|nahi to|समझे|samjhe|ठीक है|theek hai|और मेरा|aur mera",
    subjects=r"मैं|main|हूँ|हूं|hoon|hun|hu|है|hai|हैं|hain|बताया|कहा|kaha|bola",
    turned=r"(?:मैं|मैंने|main|maine|उसने|usne|उनका|unka|unko|उसका|uska|किसी ने|kisi ne|क्यों|kyun|kyon|(?<!आप )लोग|कब|kab|(?:मेरा|मेरी"
    r"|mera|meri) (?:बेटा|बेटी|भाई|पति|पत्नी|beta|beti|bhai|pati|patni)(?: (?:<me>))?|पति को|pati ko|बेटे को|bete ko|पत्नी को|patni ko"
    r"|माँ को|maa ko|उसे|use|उन्हें|unhe|डॉक्टर ने|doctor ne)(?: (?:ने|ne|का|ka|कहा|बोला|kaha|bola|कि|ki|<me>))*",
    told_of=r"(?:(?:उसने|usne|किसी ने|kisi ne|डॉक्टर ने|doctor ne) (?:कहा|बोला|kaha|bola)(?: (?:कि|ki))?|उसने|usne|मैंने|maine|किसी ने"
    r"|kisi ne|उसे|use|उन्हें|unhe|क्या|kya|(?:मेरे|mere) (?:बेटे|पति|bete|pati) को|क्यों|kyun)"
    r"(?: (?:ने|ne|का|ka))*",
    others=r"<nahi> (?:चाहत|chaht)[^\s,]*(?: (?:कि|ki))?(?: <w>){0,3}? <call>(?: <w>)? <stop>|(?:आप|aap) (?:लोग )?(?:कर सकत"
    r"|kar sakt)[^\s,]*|(?:मैं|main|हम|hum)(?: <w>){0,3} <call> (?:करूँगा|करूंगा|करूँगी|करेंगे|karunga|karungi|karenge)|(?:मैसेज|संदेश"
    r"|ईमेल|message"
    r"|msg|email|sms|whatsapp|व्हाट्सएप)(?: <w>)? (?:कर|भेज|kar|bhej)[^\s,]*|(?:पर|को|par|ko|pe) (?:करना|कीजिए|karna|kijiye|karo)$"
    r"|<stop> <not>|भूलना मत|bhoolna mat|मत भूल|mat bhool\w*"
    r"|(?:मुझे|mujhe) (?:करना|कीजिए|karna)$|जरूरत नहीं है अब|mujhe karo",
)
