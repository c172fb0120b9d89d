"""What the demo's agents write back, by what the customer wants (the intents of the conversations)."""

ANSWERS: dict[str, list[str]] = {
    "softwareupdate": [
        "Thanks for asking. The current release is on your account page under **Downloads**; the installer keeps your "
        "settings. Before you start, note the version you run now:\n\n```\nabout --version\n```\n\nIf the update stops "
        "half-way, send us the last ten lines of `update.log`.",
        "The update is safe to run during the day: it takes about four minutes and restarts once. Tell us the version "
        "you see afterwards, and we close the loop here.",
    ],
    "reportbrokensoftware": [
        "Sorry about that. Please close the program, delete the profile (not the data folder) and set it up again; that "
        "mends nine of ten such hangs. If it still hangs, we need the time at which it happened, to the minute.",
        "We can see the failing calls on our side. A fix is on its way to your region; I will write here the moment it "
        "is live. Until then, the previous version keeps working.",
    ],
    "checkserverstatus": [
        "All regions answer normally right now. Between 02:10 and 02:25 UTC there was a slow spell in one of them, which "
        "is probably what you saw. If it comes back, note the request id from the response and send it to us.",
    ],
    "expensereport": [
        "Your report was received, and the file is readable. It goes to accounting tonight; you will hear from us here "
        "when it is booked.",
        "Two receipts have no date. Could you add it, or send a clearer picture? Everything else is fine.",
    ],
    "reportbrokenphone": [
        "That is annoying. Could you tell us the serial number (it is on the back, and under *Settings → About*)? "
        "With it we can see at once whether it is covered.",
        "It is covered. We send a replacement today and include a label for the old one.",
    ],
    "getproofofinsurance": [
        "Here is how to get it at any hour: **Documents → Proof of cover → Download**. If you need it on letterhead, "
        "tell us the name it should carry, and I make it by hand.",
    ],
    "checkclaimstatus": [
        "Your claim is with the assessor since Tuesday. The next step is theirs and takes three working days; I keep "
        "an eye on it and write to you either way.",
    ],
    "changeseatassignment": [
        "I have changed it. The new seat shows in your booking at once; please have a look, and tell me if it is not "
        "what you meant.",
        "There are two seats left that fit: one at the window in row 14, one on the aisle in row 22. Which one may I take?",
    ],
    "getboardingpass": [
        "I have sent it again to the address on the booking. If it does not arrive within ten minutes, look into the "
        "spam folder, then write here.",
    ],
    "getseatinfo": ["You have a window seat near the front. Nothing else is booked next to you so far."],
    "bookflight": [
        "I can hold that for you until tomorrow noon. Please confirm the dates and the names exactly as in the passports.",
    ],
    "updateaddress": [
        "Done: the new address is on the account, and the next invoice goes there. You get a confirmation by mail.",
        "For an address change we need one proof from you: please reply from the address that is on file now.",
    ],
    "checkbalance": [
        "I cannot write balances into a ticket, but you see it under **Account → Overview** after signing in. If that "
        "page shows an error, tell me what it says.",
    ],
    "transfermoney": [
        "The transfer is on its way and takes one working day. You do not need to do anything else.",
    ],
    "reportlostcard": [
        "The card is blocked as of now; nobody can use it. A new one leaves us today and arrives in three to five days.",
    ],
    "disputecharge": [
        "I have opened a dispute for this charge. While it is looked into, you do not owe the amount. Please keep the "
        "receipt, and tell us if another charge of the same kind appears.",
    ],
    "replacecard": ["A replacement is ordered, with the same number. It arrives within five working days."],
    "viewbillsintent": [
        "Your bills are under **Account → Invoices**, each as a PDF. The latest one was issued on the first of the month.",
    ],
    "startserviceintent": [
        "Good choice. To set it up we need the address and a day on which somebody is there between 9 and 12.",
        "It is ordered. You get the date of the visit by mail within the hour.",
    ],
    "getinformationintent": [
        "Short answer: yes. The long answer, with the limits of each plan, is in the documentation; tell me which plan "
        "you have in mind and I send you the right page.",
    ],
    "outofdomain": [
        "Thank you for writing. I want to be sure that I answer the right question: could you say in one sentence what "
        "you expected, and what happened instead?",
        "This is not something we handle ourselves, but I have passed it to the colleagues who do, with what you wrote.",
    ],
}
GENERAL = [
    "Thanks for the details. I have looked at your account and everything needed is there; I come back to you before "
    "the end of the day.",
    "I have reproduced this on our side, so no need to send more. I keep this ticket open until it is mended.",
    "That should be sorted now. Could you try again and tell me whether it works?",
]
CLOSING = [
    "Glad that it works. I mark this as solved; if anything comes back, just answer here.",
    "Good to hear. I close this for now; an answer to this message opens it again.",
    "Solved, then. Thank you for your patience.",
]
ASKING = [
    "One question before I go on: which version do you run, and since when do you see this?",
    "Could you send us a picture of what you see? You can drop it right into your answer.",
    "May we look into your account for this? A short yes is enough.",
]
NOTES = [
    "Same as two others this week; looks like the change from Monday. Keep the customer posted.",
    "Called the team that owns this. They expect a fix tomorrow.",
    "Account is in good standing, renewal comes up soon. Please answer with care.",
    "I could reproduce it with the customer's settings, not with a fresh account.",
    "Waiting for the log. If nothing comes by Thursday, ask once more.",
]
TAGS: dict[str, list[str]] = {
    "softwareupdate": ["update"],
    "reportbrokensoftware": ["bug"],
    "checkserverstatus": ["status"],
    "expensereport": ["billing"],
    "reportbrokenphone": ["hardware"],
    "getproofofinsurance": ["documents"],
    "checkclaimstatus": ["claim"],
    "changeseatassignment": ["booking"],
    "getboardingpass": ["booking"],
    "updateaddress": ["account"],
    "checkbalance": ["billing"],
    "reportlostcard": ["security"],
    "disputecharge": ["billing", "dispute"],
    "replacecard": ["account"],
    "viewbillsintent": ["billing"],
    "startserviceintent": ["onboarding"],
    "outofdomain": ["triage"],
}
