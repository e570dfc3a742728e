// The main() of tests for another machine: Catch2's own is compiled for this one.
#define CATCH_CONFIG_MAIN
#include <catch2/catch.hpp>
