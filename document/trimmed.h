// Moved: see document/strings.h.
#pragma once

#include "document/strings.h"
