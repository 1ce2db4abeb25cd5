from invoke import Collection

from orchard.commands import check_infrastructure, tf

namespace = Collection()
namespace.add_collection(Collection.from_module(tf, name="tf"))
namespace.add_collection(Collection.from_module(check_infrastructure, name="check"))
