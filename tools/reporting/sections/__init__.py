"""The sections of the page. Each module in IN_ORDER makes one of the material, by its `build`; the
others are what these have in common, or parts of one that is long."""

from reporting.sections import (accuracy, curvature, inference, landscape, learning, models,
                                overview, profiler, routing, scaling, specialisation, utilisation)

IN_ORDER = [overview, models, accuracy, learning, utilisation, specialisation, routing, curvature,
            landscape, inference, profiler, scaling]
