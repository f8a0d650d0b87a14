"""Why applications are rejected: codes, and what applicants are told."""

from typing import NamedTuple


class Rejection(NamedTuple):
    words: str  # at the desk
    told: str  # to the applicant: why, and what can be done
    # The reviewer's own sentence is told too. Never where telling it may be tipping off
    # (31 CFR 1023.320(e)(1)(i)).
    may_add: bool = True


REJECTIONS = {
    "IDENTITY_NOT_VERIFIED": Rejection(
        "Identity could not be verified",
        "We could not verify who you are by the documents you handed in. You may apply again with other "
        "documents.",
    ),
    "DOCUMENTS_NOT_ACCEPTED": Rejection(
        "Documents not accepted",
        "The documents you handed in do not show what they have to. You may apply again with others.",
    ),
    "ANSWERS_DO_NOT_FIT": Rejection(
        "Answers contradict each other or the documents",
        "Some of your answers do not fit each other or your documents. You may apply again with answers that "
        "do.",
    ),
    "NO_ANSWER": Rejection(
        "The applicant did not answer",
        "We asked you for something and have not heard from you. You may apply again at any time.",
    ),
    "NOT_ACCREDITED": Rejection(
        "Accredited status not shown",
        "What you handed in does not show that you are an accredited investor. You may apply again with "
        "other evidence, or in another way.",
    ),
    "COUNTRY_NOT_SERVED": Rejection(
        "Country not served", "We open no accounts for people and companies of your country at present."
    ),
    "ACCOUNT_THERE_ALREADY": Rejection(
        "Has an account already",
        "There is an account in your name already. Sign in to that one; if you cannot, write to us.",
    ),
    "NOT_OUR_CUSTOMER": Rejection(
        "Another reason, or one that may not be told",
        "We have looked at your application and cannot open or continue an account for you. If you think "
        "this is wrong, write to us, and another person will look at it.",
        may_add=False,
    ),
}
