"""Lanes keep order for one subject and one destination; effects have ids that Linear takes."""

from itertools import product

from bot.domain.effects import Destination, EffectKind, NewEffect, issue_lane, organization_lane

UUID_OF_CHANCE = 4


def test_each_subject_and_destination_has_a_lane_of_its_own() -> None:
    lanes = [make(1, 17, to) for make, to in product([issue_lane, _organization], Destination)]
    lanes += [issue_lane(1, 18, to) for to in Destination]
    lanes += [issue_lane(1, 1, to) for to in Destination]
    assert len(set(map(str, lanes))) == len(lanes)
    assert len(set(lanes)) == len(lanes)


def _organization(organization_id: int, _issue_id: int, destination: Destination) -> object:
    return organization_lane(organization_id, destination)


def test_a_lane_is_named_for_what_it_is_about_and_where_it_leads() -> None:
    assert str(issue_lane(1, 17, Destination.LINEAR)) == "issue:17:linear"
    assert str(organization_lane(1, Destination.PERSON)) == "organization:1:person"


def test_a_lane_belongs_to_its_organization() -> None:
    assert issue_lane(1, 17, Destination.LINEAR) != issue_lane(2, 17, Destination.LINEAR)
    assert issue_lane(1, 17, Destination.LINEAR) == issue_lane(1, 17, Destination.LINEAR)


def test_every_effect_has_a_random_id_of_the_version_that_linear_takes() -> None:
    effects = [NewEffect(EffectKind.LINEAR_CREATE_ISSUE, {"issue_id": 17}) for _ in range(50)]
    assert {effect.id.version for effect in effects} == {UUID_OF_CHANCE}
    assert len({effect.id for effect in effects}) == len(effects)
