"""Spark ML's habit of a `getX` and a `setX` for each Param `x`."""

from typing import Any, TypeVar

from pyspark.ml.param import Param, Params

Class = TypeVar("Class", bound=type[Params])


def accessors(of: Class) -> Class:
    """Give a class the getters and setters of its Params that it does not have; a setter returns the object."""
    for name in [name for name in dir(of) if isinstance(getattr(of, name), Param)]:
        for kind, make in (("get", _getter), ("set", _setter)):
            method = f"{kind}{name[0].upper()}{name[1:]}"
            if not hasattr(of, method):
                setattr(of, method, make(name))
    return of


def _getter(name: str) -> Any:
    def get(self: Params) -> Any:
        return self.getOrDefault(name)

    get.__doc__ = f"Return {name}, or its default."
    return get


def _setter(name: str) -> Any:
    def put(self: Params, value: Any) -> Params:
        return self._set(**{name: value})

    put.__doc__ = f"Set {name}."
    return put
