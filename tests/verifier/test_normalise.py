"""Folding: disguises are undone, and genuine text in any language stays as it is."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from verifier.lexicon import phrases
from verifier.normalise import fold, skeleton, words

PLAIN = "we will attack the market on friday, bring the money"

DISGUISES = {
    "upper case": PLAIN.upper(),
    "title case": PLAIN.title(),
    "Cyrillic letters": PLAIN.translate(str.maketrans("aeopcyx", "аеорсух")),
    "Greek letters": PLAIN.translate(str.maketrans("oaiv", "οαιν")),
    "Cyrillic capitals": PLAIN.upper().translate(str.maketrans("ABEKMHOPCTYX", "АВЕКМНОРСТУХ")),
    "full width": "".join(chr(ord(c) + 0xFEE0) if "!" <= c <= "~" else c for c in PLAIN),
    "mathematical letters": "".join(chr(0x1D41A + ord(c) - 97) if c.isascii() and c.isalpha() else c for c in PLAIN),
    "zero-width spaces": "\u200b".join(PLAIN),
    "zero-width joiners": "\u200d".join(PLAIN),
    "soft hyphens": PLAIN.replace("t", "\u00adt"),
    "byte order marks": PLAIN.replace(" ", " \ufeff"),
    "direction marks": "\u202e" + PLAIN + "\u202c",
    "variation selectors": PLAIN.replace("a", "a\ufe0f"),
    "odd spaces": PLAIN.replace(" ", "\u2003"),
    "many spaces": PLAIN.replace(" ", "   "),
    "line breaks": PLAIN.replace(" ", "\n"),
    "stacked marks": PLAIN.replace("b", "b\u0336\u0334"),
    "spaced out": "   ".join(" ".join(word) if len(word) > 3 else word for word in PLAIN.split(" ")),
}


@pytest.mark.parametrize("name", DISGUISES)
def test_disguises_are_undone(name):
    assert skeleton(DISGUISES[name]) == skeleton(PLAIN)


@pytest.mark.parametrize("name", set(DISGUISES) - {"spaced out"})
def test_disguises_leave_the_words_readable(name):
    assert fold(DISGUISES[name]) == PLAIN


@pytest.mark.parametrize("text", ["k i l l", "K.I.L.L", "k-i-l-l", "k_i_l_l", "K I L L"])
def test_spaced_letters_are_one_word(text):
    assert fold(f"{text} them") == "kill them"


@pytest.mark.parametrize("text", ["I do not", "a b c", "plan b or c", "1 2 3 4 5", "U.S. law", "vitamins A and D"])
def test_short_words_are_no_spaced_out_word(text):
    assert fold(text) == text.lower()


def test_spaces_between_han_are_nothing():
    assert fold("追 思 会") == fold("追·思·会") == "追思会"


def test_cyrillic_disguised_as_latin():
    assert fold("caранча") == fold("саранча")  # the first two letters are Latin
    assert skeleton("мы их убьeм") == skeleton("мы их убьем")


GENUINE = {
    "English": "The quick brown fox jumps over the lazy dog; it's 10 o'clock.",
    "Russian": "Съешь же ещё этих мягких французских булок, да выпей чаю. Йод, ёлка, объём.",
    "Ukrainian": "Щастям б'ється їхній ґречний хід, ясна річ; єдність і свобода.",
    "Bulgarian": "Ще бъде ли жив този човек, когато дойде пролетта?",
    "Greek": "Ξεσκεπάζω την ψυχοφθόρα βδελυγμία, και όχι μόνο εγώ.",
    "Vietnamese": "Chúng tôi tưởng nhớ các nạn nhân của thảm họa, Đà Nẵng và Huế.",
    "Hindi": "हम न्याय के लिए शांतिपूर्ण आंदोलन करेंगे, कृपया ध्यान दें।",
    "Korean": "우리는 희생자를 추모합니다. 내일 다시 만나요.",
    "Japanese": "犠牲者を追悼します。ガイドを読んでください。",
    "Chinese": "我们悼念遇难者，明天再见。",
    "Turkish": "şehir meclisi toplantısı yarın saat onda başlayacak, iyi günler",
    "German": "Größe, Übermut und Straße: ein schöner Tag für alle.",
    "French": "L'été dernier, nous avons fêté Noël à la façon de grand-mère.",
    "Polish": "Zażółć gęślą jaźń, proszę państwa.",
    "Czech": "Příliš žluťoučký kůň úpěl ďábelské ódy.",
    "Thai": "เราระลึกถึงผู้เสียชีวิตทุกคน",
    "Hebrew": "אנחנו זוכרים את כולם, שלום רב.",
    "Georgian": "ჩვენ გვახსოვს ყველა, გმადლობთ.",
    "Armenian": "մենք հիշում ենք բոլորին։",
}


@pytest.mark.parametrize("language", GENUINE)
def test_genuine_text_is_only_lowered(language):
    text = unicodedata.normalize("NFKC", GENUINE[language])
    assert fold(text) == text.lower()


@pytest.mark.parametrize("language", GENUINE)
def test_decomposed_text_is_the_same_text(language):
    assert fold(unicodedata.normalize("NFD", GENUINE[language])) == fold(GENUINE[language])


@pytest.mark.parametrize(
    ("written", "bare"),
    [
        ("السلامُ عليكُم ورحمةُ الله", "السلام عليكم ورحمة الله"),  # vowel signs
        ("العـــدل والحريّة", "العدل والحرية"),  # stretched letters
        ("می‌خواهیم صلح باشد", "میخواهیم صلح باشد"),  # a zero-width non-joiner
    ],
)
def test_arabic_and_persian_lose_marks_but_no_letters(written, bare):
    assert fold(written) == bare
    assert fold(bare) == bare


def test_two_languages_in_one_text_stay_apart():
    text = "мы обсуждаем новый iphone и windows на рынке"
    assert fold(text) == text
    text = "the word перестройка means restructuring"
    assert fold(text) == text


def test_turkish_capitals_are_turkish_letters():
    assert skeleton("İNSAN HAKLARI") == skeleton("insan hakları")
    assert phrases(("insan hakları",)).search(fold("İnsan Hakları Derneği"))
    assert phrases(("yıldönümü",)).search(fold("YILDÖNÜMÜ"))


@given(st.text(max_size=60))
@example("İstanbul")
@example("\u1112\u200b\u1161")
@example("A B C D")
def test_folding_twice_is_folding_once(text):
    once = fold(text)
    assert fold(once) == once


@given(st.text(max_size=60))
def test_nothing_readable_is_invented(text):
    folded = fold(text)
    assert folded == folded.strip()
    assert "  " not in folded
    assert "\n" not in folded
    assert skeleton(text) == skeleton(text.upper().lower()) or not text.isascii()


@given(st.text(alphabet="abcdefghij klmnopqrstuvwxyz.,!?", max_size=60))
def test_ordinary_text_keeps_its_letters(text):
    assert skeleton(text) == "".join(c for c in text if c.isalpha())


def test_words_in_scripts_without_spaces_are_letters():
    assert words("我们悼念 victims") == ["我", "们", "悼", "念", "victims"]


def test_empty_and_blank():
    assert fold("") == fold(" \n\t\u200b") == ""
    assert words("…!?") == []
