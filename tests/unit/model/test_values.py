import attrs
import pytest
from attrs import evolve, field

from watcher.model.values import frozen


@frozen
class Login:
    user: str
    password: str = field(default="", repr=False)
    asked: int = field(default=0, eq=False)


@frozen
class Guest(Login):
    room: str = ""


@frozen
class Bag:
    things: list[str]


@frozen
class Own:
    name: str

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Own) and other.name.lower() == self.name.lower()

    def __hash__(self) -> int:
        return hash(self.name.lower())

    def __repr__(self) -> str:
        return self.name


@frozen(eq=False)
class Thing:
    name: str


@frozen(order=True)
class Rank:
    number: int


@frozen
class Trouble(Exception):
    status: int


def test_equal_are_those_of_one_class_and_the_same_attributes() -> None:
    assert Login("ann", "x") == Login("ann", "x")
    assert Login("ann", "x") != Login("ann", "y")
    assert Login("ann") != Guest("ann")
    assert Login("ann").__eq__("ann") is NotImplemented


def test_what_is_not_compared_counts_neither_as_equal_nor_in_the_hash() -> None:
    first, second = Login("ann", asked=1), Login("ann", asked=2)

    assert first == second
    assert len({first, second, Login("bob")}) == 2


def test_no_secret_is_shown() -> None:
    assert repr(Login("ann", "secret", 3)) == "Login(user='ann', asked=3)"
    assert repr(Guest("ann", room="7")) == "Guest(user='ann', asked=0, room='7')"


def test_it_cannot_be_changed_but_another_one_made_of_it() -> None:
    login = Login("ann")

    with pytest.raises(attrs.exceptions.FrozenInstanceError):
        login.user = "bob"  # type: ignore[misc]
    assert evolve(login, user="bob") == Login("bob")


def test_what_holds_a_list_has_no_hash() -> None:
    with pytest.raises(TypeError, match="unhashable"):
        hash(Bag([]))


def test_methods_of_its_own_stay() -> None:
    assert Own("Ann") == Own("ann")
    assert len({Own("Ann"), Own("ann")}) == 1
    assert repr(Own("Ann")) == "Ann"


def test_what_asks_attrs_for_more_is_made_by_attrs() -> None:
    assert Thing("a") != Thing("a")
    assert Rank(1) < Rank(2)


def test_errors_are_compared_by_identity() -> None:
    assert Trouble(404) != Trouble(404)


def test_its_methods_are_those_of_all() -> None:
    assert Login.__eq__ is Bag.__eq__
    assert Login.__repr__ is Bag.__repr__
