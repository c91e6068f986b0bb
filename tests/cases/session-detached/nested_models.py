"""Models in models: what is made of the instance in a relationship reads that, too."""

# needs: pydantic

from typing import Annotated, Any, Optional

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    SkipValidation,
    TypeAdapter,
    field_validator,
    model_validator,
)
from sqlalchemy import Engine, ForeignKey, select
from sqlalchemy.orm import Mapped, Session, joinedload, mapped_column, noload, relationship, selectinload

from models import Base, Post, User, elsewhere


class Town(Base):
    __tablename__ = "towns_nested"
    id: Mapped[int] = mapped_column(primary_key=True)
    streets: Mapped[list["Street"]] = relationship(back_populates="town")


class Street(Base):
    __tablename__ = "streets_nested"
    id: Mapped[int] = mapped_column(primary_key=True)
    town_id: Mapped[int] = mapped_column(ForeignKey("towns_nested.id"))
    town: Mapped[Town] = relationship(back_populates="streets")
    houses: Mapped[list["House"]] = relationship(back_populates="street")


class House(Base):
    __tablename__ = "houses_nested"
    id: Mapped[int] = mapped_column(primary_key=True)
    street_id: Mapped[int] = mapped_column(ForeignKey("streets_nested.id"))
    street: Mapped[Street] = relationship(back_populates="houses")
    tags: Mapped[list["Tag"]] = relationship()

    @property
    def number(self) -> int:
        return self.id


class Tag(Base):
    __tablename__ = "tags_nested"
    id: Mapped[int] = mapped_column(primary_key=True)
    house_id: Mapped[int] = mapped_column(ForeignKey("houses_nested.id"))


class Out(BaseModel):
    model_config = ConfigDict(from_attributes=True)
    id: int


class TagOut(Out):
    pass


class HouseOut(Out):
    tags: list[TagOut]


class StreetOut(Out):
    houses: list[Out]


class StreetAndTown(Out):
    town: Out


class TownOut(Out):
    streets: list[Out]


class StreetWithTown(Out):
    town: TownOut


class HouseWithStreet(Out):
    street: StreetOut

    @field_validator("street")
    @classmethod
    def checked(cls, value: StreetOut) -> StreetOut:
        return value


class HouseWithAll(Out):
    street: StreetWithTown


class HouseWithNumber(HouseWithStreet):
    number: int


class NotFromAttributes(BaseModel):
    id: int
    houses: list[Out]


class HouseWithPlain(BaseModel):
    id: int
    street: NotFromAttributes


class PossiblyWithStreet(Out):
    street: StreetOut | None = None


class PerhapsWithStreet(Out):
    street: Optional[StreetOut]


class OneOfTwo(Out):
    street: StreetOut | Out


class Prepared(Out):
    street: StreetOut

    @field_validator("street", mode="before")
    @classmethod
    def prepared(cls, value: Any) -> Any:
        return {"id": value.id, "houses": []}


class PreparedByABase(HouseWithStreet):
    @field_validator("*", mode="wrap")
    @classmethod
    def wrapped(cls, value: Any, handler: Any) -> Any:
        return StreetOut(id=1, houses=[]) if isinstance(value, Street) else handler(value)


class PreparedByAnAssignment(Out):
    street: StreetOut
    _prepared = field_validator("street", mode="before")(lambda value: {"id": value.id, "houses": []})


class PreparedAsAWhole(Out):
    street: StreetOut
    _prepared = model_validator(mode="before")(lambda cls, value: {"id": 1, "street": {"id": 1, "houses": []}})


def prepare(name: str) -> Any:
    return field_validator(name, mode="plain")


class PreparedByAHelper(Out):
    street: StreetOut

    @prepare("street")
    @classmethod
    def prepared(cls, value: Any) -> Any:
        return StreetOut(id=value.id, houses=[])


Short = Annotated[StreetOut, BeforeValidator(lambda value: {"id": value.id, "houses": []})]
Houses = Annotated[list[Any], Field(validation_alias="nothing")]


class PreparedByAnAlias(Out):
    street: Short


class Skipped(Out):
    street: SkipValidation[StreetOut]


class RenamedByAnAlias(Out):
    houses: Houses = []


class PreparedInside(StreetOut):
    @model_validator(mode="before")
    @classmethod
    def prepared(cls, value: Any) -> Any:
        return {"id": 1, "houses": []}


class HouseOfPrepared(Out):
    street: PreparedInside


class TownOfHouses(Out):
    houses: list[HouseOut]


def reference_bad(engine: Engine) -> HouseWithStreet:
    with Session(engine) as session:
        house = session.get_one(House, 1, options=[joinedload(House.street)])
    return HouseWithStreet.model_validate(house)  # error: [session-detached] "house.street.houses" is not loaded (loaded at line 195 without it) and "house.street" is detached (block left at line 194); HouseWithStreet.model_validate() reads it, which raises ValidationError (DetachedInstanceError, sqlalche.me/e/20/bhk3)


def a_reference_of_a_reference_bad(engine: Engine) -> HouseWithAll:
    with Session(engine) as session:
        house = session.get_one(House, 1, options=[joinedload(House.street)])
    return HouseWithAll.model_validate(house)  # error: [session-detached] "house.street.town" is not loaded


def adapted_bad(engine: Engine) -> HouseWithStreet:
    with Session(engine) as session:
        house = session.get_one(House, 1, options=[joinedload(House.street)])
    return TypeAdapter(HouseWithStreet).validate_python(house)  # error: [session-detached] "house.street.houses"


def as_the_call_says_bad(engine: Engine) -> HouseWithPlain:
    with Session(engine) as session:
        house = session.get_one(House, 1, options=[joinedload(House.street)])
    return HouseWithPlain.model_validate(house, from_attributes=True)  # error: [session-detached] "house.street.houses"


def beside_a_property_bad(engine: Engine) -> HouseWithNumber:
    with Session(engine) as session:
        house = session.get_one(House, 1, options=[joinedload(House.street)])
    return HouseWithNumber.model_validate(house)  # error: [session-detached] "house.street.houses"


def each_bad(engine: Engine) -> list[HouseWithStreet]:
    with Session(engine) as session:
        houses = session.scalars(select(House).options(joinedload(House.street))).all()
    return [HouseWithStreet.model_validate(house) for house in houses]  # error: [session-detached] "house.street.houses"


def the_relationship_itself_bad(engine: Engine) -> HouseWithStreet:
    with Session(engine) as session:
        house = session.get_one(House, 1)
    return HouseWithStreet.model_validate(house)  # error: [session-detached] "house.street" is not loaded


def loaded_ok(engine: Engine) -> HouseWithStreet:
    with Session(engine) as session:
        house = session.get_one(House, 1, options=[joinedload(House.street).selectinload(Street.houses)])
    return HouseWithStreet.model_validate(house)


def columns_ok(engine: Engine) -> StreetAndTown:
    with Session(engine) as session:
        street = session.get_one(Street, 1, options=[joinedload(Street.town)])
    return StreetAndTown.model_validate(street)


def while_it_is_open_ok(engine: Engine) -> HouseWithStreet:
    with Session(engine) as session:
        house = session.get_one(House, 1, options=[joinedload(House.street)])
        return HouseWithStreet.model_validate(house)


def of_a_collection_that_may_be_empty_ok(engine: Engine) -> TownOfHouses:
    with Session(engine) as session:
        street = session.get_one(Street, 1, options=[selectinload(Street.houses)])
    return TownOfHouses.model_validate(street)


def new_and_empty_ok(engine: Engine) -> TownOfHouses:
    with Session(engine, expire_on_commit=False) as session:
        street = Street(town_id=1, houses=[])
        session.add(street)
        session.commit()
    return TownOfHouses.model_validate(street)


def perhaps_none_ok(engine: Engine) -> list[object]:
    with Session(engine) as session:
        house = session.get_one(House, 1, options=[joinedload(House.street)])
    return [PossiblyWithStreet.model_validate(house), PerhapsWithStreet.model_validate(house)]


def one_of_two_ok(engine: Engine) -> OneOfTwo:
    with Session(engine) as session:
        house = session.get_one(House, 1, options=[joinedload(House.street)])
    return OneOfTwo.model_validate(house)


def prepared_ok(engine: Engine) -> list[object]:
    with Session(engine) as session:
        house = session.get_one(House, 1, options=[joinedload(House.street)])
    return [
        Prepared.model_validate(house),
        PreparedByABase.model_validate(house),
        PreparedByAnAssignment.model_validate(house),
        PreparedAsAWhole.model_validate(house),
        PreparedByAHelper.model_validate(house),
        PreparedByAnAlias.model_validate(house),
        HouseOfPrepared.model_validate(house),
        Skipped.model_validate(house),
    ]


def renamed_ok(engine: Engine) -> RenamedByAnAlias:
    with Session(engine) as session:
        street = session.get_one(Street, 1)
    return RenamedByAnAlias.model_validate(street)


def loaded_with_more_ok(engine: Engine) -> HouseWithStreet:
    with Session(engine) as session:
        house = session.get_one(House, 1, options=[joinedload(House.street)])
        streets = session.scalars(select(Street).options(selectinload(Street.houses))).all()
        elsewhere(streets)
    return HouseWithStreet.model_validate(house)


def never_loaded_ok(engine: Engine) -> PossiblyWithStreet:
    with Session(engine) as session:
        house = session.get_one(House, 1, options=[noload(House.street)])
    return PossiblyWithStreet.model_validate(house)


def refreshed_as_another_ok(engine: Engine) -> tuple[HouseWithStreet, int]:
    with Session(engine) as session:
        house = session.get_one(House, 1, options=[joinedload(House.street)])
        street = session.get_one(Street, 1)
        session.refresh(street, ["houses"])
    return HouseWithStreet.model_validate(house), len(house.street.houses)


def shown_to_others_ok(engine: Engine) -> tuple[HouseWithStreet, int]:
    with Session(engine) as session:
        house = session.get_one(House, 1, options=[joinedload(House.street)])
        elsewhere(house.street, len(house.street.houses))
    return HouseWithStreet.model_validate(house), len(house.street.houses)


def given_to_others_ok(engine: Engine) -> int:
    with Session(engine) as session:
        house = session.get_one(House, 1, options=[joinedload(House.street)])
        elsewhere(house.street)
    return len(house.street.houses)


def along_in_another_way_ok(engine: Engine) -> HouseWithAll:
    with Session(engine) as session:
        town = session.get_one(Town, 1, options=[selectinload(Town.streets).joinedload(Street.town)])
        house = session.get_one(House, 1, options=[joinedload(House.street).load_only(Street.id)])
        elsewhere(town.streets)
    return HouseWithAll.model_validate(house)


class PostOut(Out):
    title: str


class UserOut(Out):
    posts: list[PostOut]


class PostWithAuthor(PostOut):
    author: UserOut


def in_a_circle_ok(engine: Engine) -> PostWithAuthor:
    with Session(engine) as session:
        user = session.get_one(User, 1, options=[selectinload(User.posts).joinedload(Post.author)])
        post = user.posts[0]
    return PostWithAuthor.model_validate(post)


def two_levels_bad(engine: Engine) -> HouseWithAll:
    with Session(engine) as session:
        options = [selectinload(House.street).joinedload(Street.town)]
        house = session.get_one(House, 1, options=options)
    return HouseWithAll.model_validate(house)  # error: [session-detached] "house.street.town.streets" is not loaded (loaded at line 366 without it)
