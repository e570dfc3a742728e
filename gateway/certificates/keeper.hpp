#pragma once

#include "gateway/certificates/expiry.hpp"
#include "gateway/certificates/marks.hpp"
#include "gateway/certificates/renewal_log.hpp"
#include "gateway/certificates/units.hpp"
#include "gateway/observe/log.hpp"
#include "gateway/process/examine.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

namespace postern::gateway {

// The master's eye on the files of certificates: what changed and works goes into the configuration
// in force, what does not is told in the log, and so is what expires soon.
class keeper {
public:
    struct master {
        std::function<bool()> is_idle; // false: workers still answer to something; look later
        // Hands every worker what is in force. `settings`: there is more new than folders.
        std::function<void(bool settings)> spread;
        // With ssl_key_process keys are not here to be tried: reads all files anew, puts them into
        // the configuration in force and the keys into their process. Or says why not.
        std::function<std::string()> read_again;
    };
    keeper(boost::asio::io_context&, const tls::backend&, log&, master);

    // From here on for this configuration, which lives until the next one comes or stop().
    void attend(examined&);
    void stop();

private:
    using clock = std::chrono::steady_clock;

    void look();
    void look_later(clock::duration took);
    bool look_at_files();
    bool renew_all(const std::vector<const renewable*>& changed);
    bool look_at_folders();
    bool look_at_folder(const std::string& path);
    bool renew(const renewable&);
    bool prove(const renewable&, const read_files&);
    void tell_renewed(const std::vector<renewable::pair>& now, const read_files& before);
    void look_for_expiry();
    void tell_expiry(const std::string& path, const std::string& names, expiry_notes::time);

    boost::asio::steady_timer timer_;
    const tls::backend& library_;
    log& events_;
    renewal_log told_of_;
    master master_;
    examined* now_ = nullptr;
    std::vector<renewable> units_;
    settling files_;
    std::string waiting_, why_; // a file that renew_all() could not renew, and the reason
    std::map<std::string, settling> folders_;
    std::set<std::string> lost_; // folders that could not be read at the last look
    expiry_notes expiry_;
    std::size_t told_ = 0; // lines about expiry in this round
    clock::time_point expiry_looked_{};
    bool any_expiry_look_ = false;
};

}
