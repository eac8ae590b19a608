"""What is told of a pair before anybody said yes, read on both cards."""

from tests.office import Office, text_of
from tests.people import academic, officer

NEED = "How can we fill empty shops on our high street?"
PROFILE = (
    "Town centre retail and retail vacancy in market towns. I also keep bees near empty barns."
)


async def test_each_side_reads_the_bridge_in_words_of_their_own_alone(office: Office) -> None:
    otto, ines = await officer(office), await academic(office)
    await office.posts(otto, NEED)
    own_card = text_of(await office.registers(ines, PROFILE))
    assert "Why: Both mention empty" in own_card
    why = own_card.split("Why:")[1]
    assert "“retail vacancy” and “town centre retail” are met in other words" in why
    assert "high street" not in why
    need_card = text_of(office.card(otto, NEED))
    assert "“empty shops” and “high street” are met in other words" in need_card
    for theirs in ("retail", "bees", "barns", "market towns"):
        assert theirs not in need_card


async def test_a_hidden_councils_background_is_not_among_the_reasons(office: Office) -> None:
    otto, ines = await officer(office), await academic(office)
    await office.posts(
        otto,
        NEED,
        background="It is about zeppelins and masts. Zeppelins are our council's sign.",
        hide_council=["hide"],
    )
    own_card = await office.registers(ines, f"{PROFILE} Zeppelins too, and their masts.")
    assert "zeppelin" not in text_of(own_card).split("Why:")[1].casefold()
    assert "zeppelin" not in text_of(office.card(otto, NEED)).casefold()
