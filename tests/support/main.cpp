// The main() of every unit test; Catch2 3 brings its own.
#define CATCH_CONFIG_MAIN
#include "tests/support/catch.hpp"
