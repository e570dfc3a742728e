#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace postern::config {

enum class mail_protocol { imap, pop3, smtp };

constexpr std::string_view name(mail_protocol p) {
    return p == mail_protocol::imap ? "imap" : p == mail_protocol::pop3 ? "pop3" : "smtp";
}

// Ways to log in, as imap_auth, pop3_auth and smtp_auth list them.
enum class auth_method : std::uint8_t { plain, login, none, external, cram_md5, apop };

class auth_methods {
public:
    constexpr auth_methods() = default;
    constexpr auth_methods(std::initializer_list<auth_method> some) {
        for (auto m : some)
            insert(m);
    }
    constexpr void insert(auth_method m) {
        bits_ = static_cast<std::uint8_t>(bits_ | 1u << static_cast<unsigned>(m));
    }
    constexpr bool contains(auth_method m) const {
        return (bits_ >> static_cast<unsigned>(m) & 1u) != 0;
    }
    constexpr bool empty() const { return bits_ == 0; }
    constexpr bool operator==(const auth_methods&) const = default;

private:
    std::uint8_t bits_ = 0;
};

struct imap_settings {
    auth_methods auth{auth_method::plain};
    std::vector<std::string> capabilities{"IMAP4", "IMAP4rev1", "UIDPLUS"};
    std::size_t client_buffer = 4096; // a whole command with its literals
};

struct pop3_settings {
    auth_methods auth{auth_method::plain};
    std::vector<std::string> capabilities{"TOP", "USER", "UIDL"};
    std::size_t client_buffer =
        1024; // a line; RFC 2449 section 4 wants 255 at least, AUTH lines are longer
};

struct smtp_settings {
    auth_methods auth{auth_method::plain, auth_method::login};
    std::vector<std::string> capabilities;
    std::size_t client_buffer = 4096; // a line
    std::chrono::milliseconds greeting_delay{0};
};

}
