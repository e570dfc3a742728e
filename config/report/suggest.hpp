#pragma once

#include <span>
#include <string>
#include <string_view>

namespace postern::config {

// The candidate that a person may have meant: the nearest by single-letter mistakes, whatever the
// case of letters, if it is near enough (one mistake for each three letters). Empty when none is.
std::string_view nearest(std::string_view word, std::span<const std::string_view> candidates);

// "did you mean "x"?", or empty when nothing is near.
std::string did_you_mean(std::string_view word, std::span<const std::string_view> candidates);

}
