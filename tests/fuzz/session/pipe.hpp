#pragma once

#include "protocols/io/stream.hpp"

#include <array>
#include <cstddef>
#include <span>
#include <string>
#include <vector>

namespace postern::fuzz {

void require(bool good, const char* what); // aborts, and says so

// One end of a conversation in memory: gives what the peer says, flight by flight, whole or in
// pieces, and keeps what is said to it. Where the moment at which bytes arrive would make a
// difference on a real socket, it answers for both moments as the dialogue does for one: what a
// peer says out of turn is an error, whether it was read already or not.
class pipe final : public stream {
public:
    struct plan {
        std::span<const std::string> flights;
        std::size_t limit;                   // no read may want more
        boost::system::error_code end;       // of the last flight
        std::size_t break_at = 0;            // the write that fails
        std::array<std::size_t, 4> pieces{}; // zeros: as many bytes as are wanted
        bool talks_early = false;
        bool is_upstream = false; // it answers: each flight but the first waits for a word of ours
        boost::system::error_code out_of_turn = {}, out_of_turn_at_starttls = {}; // nothing: it may
        const tls::facts* agreed = nullptr;
        bool is_tls = false; // from the beginning
    };
    explicit pipe(const plan& how) : plan_(how), is_tls_(how.is_tls) {}

    task<result<std::string_view>> read(std::size_t most) override;
    task<result<bool>> quiet_for(std::chrono::milliseconds) override;
    task<result<void>> write(std::string_view) override;
    task<result<void>> start_tls() override;
    const tls::facts* tls() const override { return is_tls_ ? plan_.agreed : nullptr; }

    std::string take_unread(); // what has come and was never read; of a client: all it will say

    std::vector<std::string> said; // to it, write by write
    std::size_t said_in_clear = 0; // how many of them before TLS

private:
    std::size_t released() const;
    std::string_view unread();
    bool is_amid_flight();

    plan plan_;
    bool is_tls_;
    std::size_t flight_ = 0, offset_ = 0, reads_ = 0, writes_ = 0;
    std::string lent_;
};

}
