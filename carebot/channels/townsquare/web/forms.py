"""What requests carry."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, Field

Words = Annotated[str, Field(max_length=100_000)]
Name = Annotated[str, Field(min_length=1, max_length=200)]


class AccountForm(BaseModel):
    """A new account."""

    handle: Name
    name: Annotated[str, Field(max_length=200)] = ""
    followers: Annotated[int, Field(ge=0, le=10_000_000_000)] = 0
    is_brand: bool = False


class PostForm(BaseModel):
    """A public post."""

    text: Words
    in_reply_to: Name | None = None


class DirectForm(PostForm):
    """A direct message: to somebody, or to the author of what it answers."""

    to: Name | None = None


class TextForm(BaseModel):
    """What a post says from now on."""

    text: Words


class HookForm(BaseModel):
    """Where changes are pushed to, and what signs them."""

    url: Annotated[str, Field(max_length=2000)]
    secret: Annotated[str, Field(min_length=1, max_length=200)]


class BulkForm(DirectForm):
    """One of many posts."""

    as_: Annotated[str, Field(alias="as")]
    kind: Literal["post", "direct"] = "post"
