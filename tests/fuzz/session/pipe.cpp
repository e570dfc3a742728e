#include "tests/fuzz/session/pipe.hpp"

#include "tests/fuzz/session/memory.hpp"

#include <algorithm>
#include <cstdio>
#include <cstdlib>

namespace postern::fuzz {

void require(bool good, const char* what) {
    if (good) return;
    std::fprintf(stderr, "broken promise: %s\n", what);
    std::abort();
}

std::size_t pipe::released() const {
    auto all = plan_.flights.size();
    return plan_.is_upstream ? std::min(all, writes_ + 1) : all;
}

// Of the flight that is being read.
std::string_view pipe::unread() {
    while (flight_ < released() && offset_ == plan_.flights[flight_].size()) {
        ++flight_;
        offset_ = 0;
    }
    if (flight_ >= released()) return {};
    return std::string_view(plan_.flights[flight_]).substr(offset_);
}

// The next flight is not there before its time, so only the rest of one counts.
bool pipe::is_amid_flight() { return !unread().empty() && offset_ > 0; }

task<result<std::string_view>> pipe::read(std::size_t most) {
    require(most >= 1 && most <= plan_.limit, "a read wants no more than the limit");
    std::ranges::fill(lent_, '#'); // lent until now
    auto left = unread();
    if (left.empty()) co_return plan_.end;
    auto piece = plan_.pieces[reads_++ % plan_.pieces.size()];
    lent_.assign(left.substr(0, std::min(most, piece == 0 ? most : piece)));
    offset_ += lent_.size();
    co_return std::string_view(lent_);
}

task<result<bool>> pipe::quiet_for(std::chrono::milliseconds) {
    co_return result<bool>(!plan_.talks_early);
}

task<result<void>> pipe::write(std::string_view text) {
    std::ranges::fill(lent_, '#');
    // The first that is said, to those for whom it makes a difference; later it may be a password.
    auto starttls = writes_ == 0 && (text == "tls STARTTLS\r\n" || text == "STLS\r\n");
    auto wrong = starttls ? plan_.out_of_turn_at_starttls : plan_.out_of_turn;
    if (wrong && is_amid_flight()) co_return wrong;
    if (++writes_ == plan_.break_at)
        co_return make_error_code(boost::system::errc::connection_reset);
    uncounted ours;
    said.emplace_back(text);
    if (!is_tls_) said_in_clear = said.size();
    co_return result<void>();
}

task<result<void>> pipe::start_tls() {
    require(!is_tls_, "TLS begins once");
    if (is_amid_flight()) {
        // A client that sent more behind STARTTLS is not told to go ahead if that was read already.
        if (!plan_.is_upstream) said.pop_back();
        co_return errc::bytes_before_handshake;
    }
    is_tls_ = true;
    co_return result<void>();
}

std::string pipe::take_unread() {
    std::string all;
    for (auto left = unread(); !left.empty(); left = unread()) {
        all += left;
        offset_ += left.size();
    }
    return all;
}

}
