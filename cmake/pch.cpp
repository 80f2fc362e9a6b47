#include "pch.hpp"  // an object library needs one source to own the precompiled header
