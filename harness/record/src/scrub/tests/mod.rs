mod canary;
mod flow;
mod kept;
mod property;
mod scene;
