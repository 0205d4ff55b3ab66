//! What reading costs: `cargo bench -p connector-sdk --bench reading [-- --dist --against-airbyte-cdk]`.
//!
//! A connector of one screen, `examples/charges.rs`, reads pages in Stripe's shape from a process on this machine. So does the
//! floor: a program that does no more than it must. CPU time is that of the reading process alone, user and system;
//! its output goes to `/dev/null`. Everything is built with the profile `release`; `--dist` also measures how large a
//! connector is that is handed out, which takes minutes to build.

#![expect(clippy::print_stdout, clippy::disallowed_methods, reason = "a benchmark")]

mod airbyte_cdk;
mod charge;
mod connector;
mod floor;
mod server;
mod usage;

use std::error::Error;
use std::process::Command;
use std::time::Duration;

use connector::Connector;
use server::Server;
use usage::Usage;

type Outcome<T> = Result<T, Box<dyn Error>>;

/// The variable that says what this process is, if it is not the benchmark itself.
const ROLE: &str = "READING_ROLE";
const ROUNDS: usize = 15;
const RECORDS: u64 = 100_000;

fn main() -> Outcome<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match (std::env::var(ROLE).as_deref(), arguments.as_slice()) {
        (Ok("server"), _) => server::serve(),
        (Ok("usage"), arguments) => usage::wait(arguments),
        (Ok("floor"), [url, limit]) => floor::read(url, limit.parse()?),
        // `cargo test --all-targets` runs benchmarks too, without this.
        _ if !arguments.iter().any(|argument| argument == "--bench") => Ok(()),
        _ => bench(|flag| arguments.iter().any(|argument| argument == flag)),
    }
}

fn bench(wanted: impl Fn(&str) -> bool) -> Outcome<()> {
    let server = Server::start()?;
    let connector = Connector::new()?;
    let url = |records: u64| format!("{}/{records}", server.url);
    agreement(&connector, &url(2500))?;

    for limit in [100, 1000] {
        let (mut floors, mut connectors) = (Vec::new(), Vec::new());
        for _ in 0..ROUNDS {
            let limit_text = limit.to_string();
            floors.push(usage::of(std::env::current_exe()?, Some("floor"), &[&url(RECORDS), &limit_text])?);
            connectors.push(connector.read(&url(RECORDS), limit)?);
        }
        let (floor, own) = (median(&floors), median(&connectors));
        println!(
            "pages of {limit} records of 1 KB: {:.2} \u{b5}s of CPU a record, floor {:.2}, ratio {:.2} (wanted at most 1.3); {:.0} records a CPU second; peak {:.1} MB, floor {:.1}",
            per_record(own, RECORDS),
            per_record(floor, RECORDS),
            own.cpu.as_secs_f64() / floor.cpu.as_secs_f64(),
            f64_of(RECORDS) / own.cpu.as_secs_f64(),
            megabytes(own.peak),
            megabytes(floor.peak),
        );
    }

    let page = connector.read(&format!("{}/small/200000", server.url), 200_000)?;
    println!("one page of 80 MB, 200,000 records: peak {:.1} MB (wanted at most 40)", megabytes(page.peak));
    let (few, many) = (connector.read(&url(10_000), 1000)?, connector.read(&url(1_000_000), 1000)?);
    println!(
        "peak at 10,000 records {:.1} MB, at 1,000,000 {:.1} MB",
        megabytes(few.peak),
        megabytes(many.peak)
    );
    let specs = (0..ROUNDS).map(|_| connector.spec()).collect::<Outcome<Vec<_>>>()?;
    let spec = median(&specs);
    println!(
        "spec: {:.1} ms of CPU (wanted at most 5), peak {:.1} MB (wanted at most 10)",
        spec.cpu.as_secs_f64() * 1e3,
        megabytes(spec.peak)
    );
    let profiles = ["release", "dist"].into_iter().filter(|profile| *profile != "dist" || wanted("--dist"));
    for profile in profiles {
        let size = std::fs::metadata(connector::binary(profile)?)?.len();
        println!(
            "binary, stripped, profile `{profile}`: {:.2} MB (wanted at most 6 of what is handed out)",
            f64_of(size) / 1e6
        );
    }
    println!("crates that a connector is built of: {}", crates()?);

    if wanted("--against-airbyte-cdk") {
        airbyte_cdk::compare(&connector, &server)?;
    }
    Ok(())
}

/// Both write the same records, and all of them.
fn agreement(connector: &Connector, url: &str) -> Outcome<()> {
    let floor = Command::new(std::env::current_exe()?).env(ROLE, "floor").args([url, "100"]).output()?;
    let floor = String::from_utf8(floor.stdout)?;
    let records = |text: &str| -> Vec<String> {
        let lines = text.lines().filter(|line| line.contains("\"RECORD\""));
        lines.map(|line| line.split(r#","emitted_at""#).next().unwrap_or_default().to_owned()).collect()
    };
    let (floor, own) = (records(&floor), records(&connector.output(url, 100)?));
    if floor.len() == 2500 && floor == own { Ok(()) } else { Err("the two do not write the same".into()) }
}

/// The crates of a connector, itself left out; of those that build others, none.
fn crates() -> Outcome<usize> {
    let tree = Command::new(env!("CARGO"))
        .args([
            "tree",
            "--quiet",
            "--offline",
            "--package",
            "connector-sdk",
            "--edges",
            "normal,no-proc-macro",
        ])
        .args(["--prefix", "none", "--format", "{p}"])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()?;
    let tree = String::from_utf8(tree.stdout)?;
    let mut names: Vec<&str> = tree.lines().map(|line| line.trim_end_matches(" (*)")).collect();
    names.sort_unstable();
    names.dedup();
    Ok(names.len())
}

/// Each figure by itself.
fn median(usages: &[Usage]) -> Usage {
    let middle = |mut figures: Vec<u64>| {
        figures.sort_unstable();
        figures.get(figures.len() / 2).copied().unwrap_or_default()
    };
    let micros = |usage: &Usage| u64::try_from(usage.cpu.as_micros()).unwrap_or(u64::MAX);
    Usage {
        cpu: Duration::from_micros(middle(usages.iter().map(micros).collect())),
        peak: middle(usages.iter().map(|usage| usage.peak).collect()),
    }
}

/// Microseconds.
fn per_record(usage: Usage, records: u64) -> f64 {
    usage.cpu.as_secs_f64() * 1e6 / f64_of(records)
}

fn megabytes(kibibytes: u64) -> f64 {
    f64_of(kibibytes) * 1024.0 / 1e6
}

#[expect(clippy::cast_precision_loss, reason = "figures to print")]
fn f64_of(number: u64) -> f64 {
    number as f64
}
