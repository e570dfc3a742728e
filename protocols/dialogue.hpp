#pragma once

#include "protocols/io/stream.hpp"
#include "protocols/io/task.hpp"
#include "protocols/sasl/credentials.hpp"

#include <string>
#include <string_view>

namespace postern {

// Why a login is turned down. The client hears a sentence that the protocol chooses from the kind.
struct refusal {
    enum class kind {
        bad_login, // the lookup said no; `text` is its sentence for the client, `code` its SMTP
                   // code
        denied, // the upstream said no; `text` is its reply, to be passed on, or empty: a sentence
                // of our own
        unavailable, // we, the lookup or the upstream cannot: the protocol's internal-error line.
                     // Nothing may follow it
    };
    kind why = kind::bad_login;
    std::string text =
        {}; // hostile: encoded by the protocol where it leaves us; no line of it may break out
    std::string code =
        {}; // "535 5.7.0", "454 4.7.0"; SMTP only; anything malformed is replaced by the default
    bool temporary = false; // denied: it may be otherwise later, so our sentence must not say never
};

// What the upstream answered to the login.
struct entry {
    bool accepted = false;
    bool temporary = false; // not accepted, but for a reason that may pass
    bool untold = false;    // it knows no XCLIENT and so not who the client is, as it should have
    std::string reply;      // its words, whole lines. Accepted: with whatever it sent after them
};

// What a mail protocol must be able to say. The gateway knows no other word of IMAP, POP3 or SMTP.
// A dialogue lives until the login is done; nothing of it remains while a session is relayed.
class dialogue {
public:
    virtual ~dialogue() = default;

    // Greets (the first time), talks, until the client offers a login. STARTTLS is done in here.
    // Errors end the session: errc::goodbye when the client said so; all that is to be said to the
    // client has been said.
    virtual task<result<sasl::credentials>> ask() = 0;

    // Says no. Afterwards ask() may be called again, unless the kind is `unavailable`.
    virtual task<result<void>> refuse(const refusal&) = 0;

    // Logs in at the upstream as the client, with the name and password given there (a lookup may
    // have changed them). A refusal by the upstream is an entry that is not accepted; an upstream
    // that does not speak the protocol is errc::bad_reply. Nothing of the credentials can leave its
    // place in a command. starttls: first of all the stream becomes TLS by the protocol's command;
    // without it nothing is said of the login (errc::no_starttls, errc::bytes_before_handshake).
    virtual task<result<entry>> enter(
        stream& upstream, const sasl::credentials&, bool starttls
    ) = 0;

    // Tells the client that it is in.
    virtual task<result<void>> admit(const entry&) = 0;

    // Bytes the client sent behind its login, for the upstream. Once, after admit().
    virtual std::string take_rest() = 0;
};

}
