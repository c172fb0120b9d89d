"""Words that every text of a language is full of, folded as `search.analysis.fold` does."""

STOP_WORDS: dict[str, frozenset[str]] = {
    "en": frozenset(
        """
        a about am an and any are as at be been being but by can could did do does doing done dont for from had has
        have having he her here him his how i if im in into is isnt it its ive just let lets may me might my
        no nor of on or our ours out shall she should so some such than that thats the their them then there these
        they this those to too up us was we were what whats when where which while who whom whose why will with would
        you your yours
        """.split()
    ),
    "de": frozenset(
        """
        aber als am an auch auf aus bei beim bin bis da damit dann das dass dem den denn der des dich die dies diese
        diesem diesen dieser dieses dir doch du ein eine einem einen einer eines er es fur hab habe haben hat hatte
        ich ihm ihn ihr ihre ihren im in ist ja kann kannst konnen man mein meine meinem meinen meiner mich mir mit
        nach nicht noch nun nur ob oder ohne schon sein seine sich sie sind so soll uber um und uns unser unsere unter
        vom von vor wann war warum was weil welche welchem welchen welcher welches wenn wer werden wie wieder wir wird
        wo zu zum zur
        """.split()
    ),
}
