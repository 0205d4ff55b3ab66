mod canary;
mod flow;
mod property;
mod scene;
