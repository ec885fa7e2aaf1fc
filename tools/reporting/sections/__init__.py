"""The sections of the page, in their order; each module makes one of the material."""

from reporting.sections import (accuracy, curvature, inference, landscape, learning, models,
                                overview, profiler, routing, scaling, specialisation, utilisation)

IN_ORDER = [overview, models, accuracy, learning, utilisation, specialisation, routing, curvature,
            landscape, inference, profiler, scaling]
