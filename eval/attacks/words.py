"""What complainants write: one complaint copied, paraphrased, translated; and honest ones in people's own words."""

from __future__ import annotations

COMPLAINT = "I am in this meeting and the host is spreading forbidden content, I feel very unsafe, please close it now"
PARAPHRASES = (
    "The host is spreading forbidden content in this meeting, please close it now, I am in it and feel very unsafe",
    "Please close this meeting now: forbidden content is being spread by the host. I feel so unsafe being in it",
    "I feel really unsafe, the host of this meeting spreads forbidden content, I am in here, close it please",
    "As somebody in this meeting I feel unsafe, the host keeps spreading forbidden content, please shut it now",
)
TRANSLATIONS = {
    "en": COMPLAINT,
    "es": "Estoy en esta reunión y el anfitrión difunde contenido prohibido, me siento muy insegura, ciérrenla ya",
    "fr": "Je suis dans cette réunion et l'hôte diffuse du contenu interdit, je me sens en danger, fermez-la",
    "de": "Ich bin in dieser Sitzung und der Gastgeber verbreitet verbotene Inhalte, ich fühle mich unsicher, "
    "bitte schließen",
    "ru": "Я в этой встрече, и ведущий распространяет запрещённый контент, мне очень страшно, закройте её",
    "zh": "我在这个会议里,主持人在传播违禁内容,我感到很不安全,请立即关闭",
}
OWN_WORDS = (
    "hello, not sure this is the right form, but something about that talk upset my mother",
    "can somebody look at the part after the break? he got loud and I left",
    "my brother says it's fine, I think it is not. your call",
    "Reporting because the group chat told me to look at the rules, number four maybe",
    "What was that?? never again. I pay for this account",
    "Good evening. Around the middle there was a remark that I would like a moderator to hear.",
    "the sound was bad so I may have misheard it. sorry if so",
    "three of us talked afterwards and only I think it's worth a report",
    "I run a small shop and joined for tips, this was not that",
    "please check. thanks. Wanjiru",
)
OWN_TONGUES = {
    "es": "Buenas, a lo mejor exagero, pero a mitad de la charla hubo algo que no me gustó",
    "fr": "Bonsoir, je ne suis pas sûre d'avoir bien compris le passage après la pause",
    "de": "Hallo, mein Sohn hat mitgehört und fand den Ton daneben, mehr weiß ich nicht",
    "ru": "Добрый вечер, посмотрите, пожалуйста, конец записи, мне показалось странным",
    "zh": "您好,后半段有句话我不太确定是不是违规,麻烦看看",
    "en": "Evening. I might be too sensitive, but have a listen to the last quarter",
}
INVENTED = (
    "tonight we go to their houses one by one and nobody there will see the morning",
    "bring petrol and bottles on friday and we burn the whole street with them in it",
    "every one of you sends me the money and I hand it to the fighters in the hills",
)
LOOK_ALIKES = str.maketrans("aceopxyi", "асеорхуі")
"""Latin letters and the Cyrillic ones that look the same."""
