"""The libraries that can compute the features, a module each: `build(layers)` makes a `fruits.engine.Engine`."""
