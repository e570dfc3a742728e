#pragma once

#include "config/report/diagnostic.hpp"

#include <string>
#include <utility>
#include <vector>

namespace postern::config {

// Everything that was found wrong so far: each stage adds, none stops at the first.
class findings {
public:
    void error(place where, std::string text, std::string hint = {}) {
        all_.push_back({severity::error, std::move(where), std::move(text), std::move(hint)});
    }
    void warning(place where, std::string text, std::string hint = {}) {
        all_.push_back({severity::warning, std::move(where), std::move(text), std::move(hint)});
    }
    void note(place where, std::string text, std::string hint = {}) {
        all_.push_back({severity::note, std::move(where), std::move(text), std::move(hint)});
    }
    void add(std::vector<diagnostic> more) {
        for (auto& d : more)
            all_.push_back(std::move(d));
    }
    bool any_error() const { return config::any_error(all_); }
    std::vector<diagnostic> take() { return std::move(all_); }

private:
    std::vector<diagnostic> all_;
};

}
